"""Lets a model look things up before it answers. Importing this loads LangChain's agents."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from langchain.agents import create_agent
from langchain.agents.middleware import ModelCallLimitMiddleware, wrap_model_call, wrap_tool_call
from langchain.agents.middleware.types import ModelRequest, ModelResponse
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage
from langchain_core.tools import StructuredTool
from langchain_openai import ChatOpenAI
from langgraph.prebuilt.tool_node import ToolCallRequest
from langgraph.types import Command
from langsmith import tracing_context

from service.adapters.language_model.completions import UNREADABLE, clean
from service.adapters.language_model.quiet import silence
from service.ports import ModelTool

logger = logging.getLogger("youju")

#: Most nodes of the graph that one step passes through; what limits the steps is the middleware.
_NODES_PER_STEP = 10


def converse(
    chat: ChatOpenAI,
    system: str,
    message: str,
    tools: Sequence[ModelTool],
    steps: int,
    attempt: Callable[[Callable[[], ModelResponse[Any]]], ModelResponse[Any]],
) -> AIMessage | None:
    """Send one message, answer the calls of tools, and return the reply that calls none; None where all steps did.

    A call that is malformed, or of something that does not exist, is answered with what is wrong with it.

    Args:
        chat: The model.
        system: What it is to do.
        message: What it is to do it with.
        tools: What it may look up.
        steps: Most requests.
        attempt: Makes a request, and again where it fails.
    """
    silence()
    said: list[BaseMessage] = []

    @wrap_model_call
    def ask(
        request: ModelRequest[Any], handler: Callable[[ModelRequest[Any]], ModelResponse[Any]]
    ) -> ModelResponse[Any]:
        response = attempt(lambda: handler(request))
        said.append(response.result[-1])
        return response

    known = {tool.name: tool for tool in tools}
    one_at_a_time = threading.Lock()  # the calls of one message come in threads side by side

    @wrap_tool_call
    def look_up(
        request: ToolCallRequest, handler: Callable[[ToolCallRequest], ToolMessage | Command[Any]]
    ) -> ToolMessage | Command[Any]:
        call = request.tool_call
        wrong = _fault(known, call["name"], call["args"])
        if not wrong:
            try:
                with one_at_a_time:
                    return handler(request)
            except Exception as error:  # what a tool stumbles over must not end the conversation
                logger.warning("tool of the language model failed", extra={"error": type(error).__name__})
                wrong = f"工具“{call['name']}”出错，查不到。请不要再调用它。"
        return ToolMessage(_error(wrong), tool_call_id=call["id"], name=call["name"], status="error")

    limit: Any = ModelCallLimitMiddleware(run_limit=steps, exit_behavior="end")
    agent = create_agent(
        chat, [_wrapped(tool) for tool in tools], system_prompt=system, middleware=[limit, ask, look_up]
    )
    with tracing_context(enabled=False):
        agent.invoke({"messages": [HumanMessage(message)]}, {"recursion_limit": _NODES_PER_STEP * (steps + 1)})
    last = said[-1] if said else None
    return last if isinstance(last, AIMessage) and not last.tool_calls else None


def _wrapped(tool: ModelTool) -> StructuredTool:
    def run(**given: str) -> str:
        return clean(tool.run(given))

    schema = {
        "type": "object",
        "properties": {name: {"type": "string", "description": about} for name, about in tool.parameters.items()},
        "required": list(tool.parameters),
        "additionalProperties": False,
    }
    return StructuredTool(name=tool.name, description=tool.description, args_schema=schema, func=run)


def _fault(known: Mapping[str, ModelTool], name: str, given: Mapping[str, Any]) -> str:
    """Return what is wrong with a call, in words for the model; "" for nothing."""
    tool = known.get(name)
    if tool is None:
        return f"没有名为“{name}”的工具。可用的有：{'、'.join(known)}。"
    if UNREADABLE in given:
        return f"“{name}”的参数不是JSON对象。应为 {_example(tool)}。"
    missing = [each for each in tool.parameters if each not in given]
    extra = [each for each in given if each not in tool.parameters]
    wrong = [each for each, value in given.items() if each in tool.parameters and not isinstance(value, str)]
    said = [
        f"{what}：{'、'.join(each[:40] for each in names)}"
        for what, names in (("缺少参数", missing), ("没有这些参数", extra), ("这些参数应为字符串", wrong))
        if names
    ]
    return f"“{name}”的参数有误，{'；'.join(said)}。应为 {_example(tool)}。" if said else ""


def _example(tool: ModelTool) -> str:
    return json.dumps(dict.fromkeys(tool.parameters, "…"), ensure_ascii=False)


def _error(text: str) -> str:
    return json.dumps({"error": text}, ensure_ascii=False)
