"""Keys, questions and replies stay here, whatever the environment of the process says."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import textwrap

import httpx
import pytest
import respx

from service.adapters.language_model.chat import build_chat
from service.adapters.language_model.server import Server
from service.domain.errors import ModelError
from service.ports import ModelTool
from tests.unit.language_model.loopback import listening
from tests.unit.language_model.servers import KEY, URL, Time, answered, call, calling, completion, model_at

_SECRETS = (KEY, "机密的提示", "机密的问题", "机密的资料", "机密的回答", "机密的错误")
_LIBRARIES = (
    "openai",
    "httpx",
    "httpcore",
    "langchain",
    "langchain_core",
    "langchain_openai",
    "langgraph",
    "langsmith",
)
_TOOL = ModelTool("look", "查", {"name": "名称"}, lambda _: "机密的资料")


def test_no_log_line_holds_a_key_or_a_text_even_at_debug(
    time: Time, mocked: respx.Route, caplog: pytest.LogCaptureFixture
) -> None:
    model = model_at(time, retries=1)
    mocked.mock(
        side_effect=[
            answered(calling(call("look", '{"name": "机密的资料"}'))),
            answered(completion("机密的回答")),
            answered({"error": {"message": "机密的错误"}}, 500),
            httpx.ReadError("机密的错误"),
        ]
    )
    caplog.set_level(logging.DEBUG)
    for name in list(logging.root.manager.loggerDict):
        if name.partition(".")[0] in _LIBRARIES:
            caplog.set_level(logging.DEBUG, logger=name)

    model.reply("机密的提示", "机密的问题", tools=[_TOOL], steps=2)
    with pytest.raises(ModelError):
        model.reply("机密的提示", "机密的问题")

    written = [f"{record.getMessage()} {vars(record)} {record.exc_info}" for record in caplog.records]
    assert [record.name for record in caplog.records] == ["youju"]
    assert "language model failed" in written[0]
    assert "llm.test" in written[0]
    for secret in _SECRETS:
        assert secret not in "\n".join(written)


def test_models_and_servers_do_not_show_their_key(time: Time) -> None:
    server = Server(url=f"{URL}?key={KEY}", key=KEY, extra_body={"token": KEY})
    assert KEY not in repr(server)
    assert KEY not in repr(model_at(time))
    chat = build_chat(server, "m-1")
    assert KEY not in f"{chat!r} {chat}"
    assert "m-1" in repr(chat)


_HOSTILE = {
    "OPENAI_LOG": "debug",
    "LANGCHAIN_LOG": "debug",
    "OPENAI_ORG_ID": "org-elsewhere",
    "OPENAI_PROJECT_ID": "proj-elsewhere",
    "OPENAI_CUSTOM_HEADERS": "X-Elsewhere: 1",
    "OPENAI_API_KEY": "sk-elsewhere",
    "OPENAI_PROXY": "http://127.0.0.1:9",
    "LANGCHAIN_TRACING": "true",
    "LANGCHAIN_TRACING_V2": "true",
    "LANGCHAIN_API_KEY": "ls-1",
    "LANGSMITH_TRACING": "true",
    "LANGSMITH_API_KEY": "ls-2",
    "LC_OUTPUT_VERSION": "v1",
}


def test_an_environment_that_traces_debugs_and_redirects_changes_nothing() -> None:
    program = textwrap.dedent(
        """
        import sys
        from service.adapters.language_model.model import LangChainModel
        from service.adapters.language_model.server import Server
        from service.ports import ModelTool
        model = LangChainModel(Server(url=sys.argv[1], key=sys.argv[2]), "m-1")
        tool = ModelTool("look", "查", {"name": "名称"}, lambda _: "机密的资料")
        assert model.reply("机密的提示", "机密的问题", tools=[tool], steps=3).text == "机密的回答"
        assert model.reply("机密的提示", "机密的问题").text == "机密的回答"
        """
    )
    with (
        listening(lambda it: it.reply({})) as elsewhere,
        listening(
            lambda it: it.reply(
                calling(call("look", '{"name": "x"}')) if len(server.requests) == 1 else completion("机密的回答")
            )
        ) as server,
    ):
        addresses = ("OPENAI_BASE_URL", "OPENAI_API_BASE", "LANGCHAIN_ENDPOINT", "LANGSMITH_ENDPOINT")
        ran = subprocess.run(  # noqa: S603  our own interpreter and program
            [sys.executable, "-c", program, server.url, KEY],
            env=os.environ | _HOSTILE | dict.fromkeys(addresses, elsewhere.url),
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip

    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")
    assert elsewhere.connections == 0
    assert len(server.requests) == 3
    for request in server.requests:
        assert "elsewhere" not in request.head.lower()
        assert f"authorization: bearer {KEY}" in request.head.lower()


def test_nothing_of_the_libraries_is_loaded_before_the_first_reply() -> None:
    program = textwrap.dedent(
        """
        import json, sys
        from service.adapters.language_model import embeddings, factory
        from service.settings import Settings
        settings = Settings(llm_base_url="https://llm.test/v1", llm_model="m", embedding_base_url="https://llm.test/v1",
                            embedding_model="e")
        assert factory.build_models(settings).answer is not None
        assert embeddings.build_embedder(settings) is not None
        heavy = ("openai", "httpx", "httpcore", "langchain", "langchain_core", "langchain_openai", "langgraph", "langsmith")
        print(json.dumps([each for each in heavy if each in sys.modules]))
        """
    )
    ran = subprocess.run(  # noqa: S603  our own interpreter and program
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )
    assert json.loads(ran.stdout) == []
