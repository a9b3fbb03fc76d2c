"""Reads the prompts from their folder."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from importlib.resources import files

from service.assisting.prompts import STEPS, Prompt, parse_prompt
from service.domain.errors import ConfigurationError

_EDGE = "+++\n"


def read_prompts() -> Mapping[str, Prompt]:
    """Return the prompt of every step.

    Raises:
        ConfigurationError: A file is missing or malformed; the message names it.
    """
    return {name: _read(name) for name in STEPS}


def _read(name: str) -> Prompt:
    try:
        text = (files("prompts") / f"{name}.md").read_text("utf-8")
    except (FileNotFoundError, ModuleNotFoundError):
        raise ConfigurationError(f"缺少提示词文件“prompts/{name}.md”。请重新安装本程序。") from None
    if not text.startswith(_EDGE) or _EDGE not in text[len(_EDGE) :]:
        raise ConfigurationError(f"提示词文件“{name}.md”应以 +++ 开头、+++ 结尾的一段（TOML）起首。")
    front, _, body = text[len(_EDGE) :].partition(_EDGE)
    try:
        return parse_prompt(name, text, tomllib.loads(front), body)
    except tomllib.TOMLDecodeError:
        raise ConfigurationError(f"提示词文件“{name}.md”的开头不是TOML。") from None
