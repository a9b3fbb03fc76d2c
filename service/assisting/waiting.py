"""Asks a model, and keeps count of what that took."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from service.assisting.prompts import Prompt, fenced
from service.domain.assistance import UsedPrompt
from service.domain.errors import ModelError
from service.ports import Clock, LanguageModel, ModelTool


@dataclass(slots=True)
class Talk:
    """What was said with models for one answer.

    Attributes:
        clock: For the waiting time.
        models: Names of the models asked.
        prompts: What was sent.
        calls: Requests.
        ms: Milliseconds waited.
        errors: Why a model gave no usable reply.
    """

    clock: Clock
    models: list[str] = field(default_factory=list)
    prompts: list[UsedPrompt] = field(default_factory=list)
    calls: int = 0
    ms: int = 0
    errors: list[ModelError] = field(default_factory=list)

    def ask(
        self, model: LanguageModel, prompt: Prompt, data: dict[str, object], *, tools: Sequence[ModelTool] = (), steps: int = 1
    ) -> str:
        """Send a prompt with its data; return the reply.

        Raises:
            ModelError: There is no usable reply.
        """
        began = self.clock.elapsed_ms()
        if model.name not in self.models:
            self.models.append(model.name)
        if prompt.used not in self.prompts:
            self.prompts.append(prompt.used)
        try:
            reply = model.reply(prompt.fill(), fenced({"task": prompt.name, **data}), tools=tools, steps=steps)
        except ModelError as error:
            self.calls += 1
            self.errors.append(error)
            raise
        finally:
            self.ms += self.clock.elapsed_ms() - began
        self.calls += reply.calls
        return reply.text.encode(errors="ignore").decode()
