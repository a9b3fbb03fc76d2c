"""Run the suite: the scripted model with every behaviour, or a real endpoint."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Any

from evals.model.behaviours import BEHAVIOURS, Behaviour
from evals.model.cassette import CassetteError, Listener
from evals.model.report import counts_of, render
from evals.model.server import ScriptedServer
from evals.model.suite import Row, Serving, run_rows
from evals.model.worlds import World, corpus_world, planted_world, seed_world
from evals.runner import RUNS
from service.domain.errors import ConfigurationError
from service.settings import Settings, read_settings

#: Runs of words that nothing known has and that were judged by hand to say nothing wrong, one a line.
ACCEPTED = Path(__file__).parent / "accepted.txt"
#: What a live run tells of what is kept.
_LIVE = Behaviour("live", "真实模型", "honest")
_ROLES = ("llm_model", "llm_understand_model", "llm_answer_model", "llm_draft_model", "llm_seconds", "llm_steps", "llm_retries", "llm_extra_body")


def measure(folder: Path | None, behaviours: Sequence[Behaviour] = BEHAVIOURS) -> tuple[str, dict[str, int], bool]:
    """Play every behaviour; return the report, the counts to compare, and whether nothing wrong reached the reader.

    Args:
        folder: Of the real documents; None for the seed alone.
        behaviours: To be played.
    """
    _be_quiet()
    with ExitStack() as stack:
        server = stack.enter_context(ScriptedServer())
        worlds = list(_worlds(stack, folder))
        rows = list(_told(run_rows(server, worlds, behaviours)))
    _keep(rows, "model")
    notes = [*_asked_of(worlds, folder), _sampled(behaviours)]
    report = render(rows, title="model", model="本机的仿真服务", notes=notes)
    return report, counts_of(rows), all(r.is_clean for r in rows)


_WORLDS = {"seed": "种子", "planted": "埋有指令的虚构文件", "corpus": "真实文件"}


def _asked_of(worlds: Sequence[World], folder: Path | None) -> list[str]:
    told = f"提问：{'；'.join(f'{_WORLDS[w.name]}{len(w.asked)}问、草稿{len(w.briefs)}份' for w in worlds)}。"
    return [told] if folder else [told, "真实文件的提问和草稿：跳过（没有设 YOUJU_REAL_CORPUS）。"]


def _sampled(behaviours: Sequence[Behaviour]) -> str:
    every = {b.sample: [x.title for x in behaviours if x.sample == b.sample] for b in behaviours if b.sample > 1}
    return "；".join(f"每{n}问取一问的：{'、'.join(titles)}" for n, titles in sorted(every.items())) + ("。" if every else "")


def _worlds(stack: ExitStack, folder: Path | None, *, is_live: bool = False) -> Iterator[World]:
    words = accepted()
    yield stack.enter_context(seed_world(words))
    if not is_live:
        yield stack.enter_context(planted_world(words))
    if folder is not None:
        yield stack.enter_context(corpus_world(folder, words))


def measure_live(folder: Path | None, cassette: Path | None) -> tuple[str, dict[str, int], bool]:
    """Ask a real endpoint the same; with nothing set but a cassette, play what was kept.

    Args:
        folder: Of the real documents; None for the seed alone.
        cassette: Where exchanges are kept, or are played from.

    Raises:
        ConfigurationError: No endpoint is set, and there is nothing to play.
    """
    _be_quiet()
    settings = read_settings()
    is_set = bool(settings.llm_base_url and settings.llm_model)
    if not is_set and not (cassette and cassette.is_file()):
        raise ConfigurationError(
            "没有可用的语言模型：请设 YOUJU_LLM_BASE_URL（如 https://…/v1）、YOUJU_LLM_MODEL 和 YOUJU_LLM_API_KEY，"
            "或用 --cassette 指一个已录好的文件。"
        )
    models = _models(settings) if is_set else {"llm_model": "recorded"}
    try:
        listener = Listener(settings.llm_base_url if is_set else "", cassette)
    except CassetteError as error:
        raise ConfigurationError(str(error)) from None
    with ExitStack() as stack:
        stack.enter_context(listener)
        worlds = list(_worlds(stack, folder, is_live=True))
        rows = list(_told(_live_rows(listener, worlds, models)))
    _keep(rows, "model-live")
    model = str(models["llm_model"]) + ("" if is_set else "（由录制文件回放）")
    notes = _asked_of(worlds, folder)
    return render(rows, title="model-live", model=model, notes=notes), counts_of(rows), all(r.is_clean for r in rows)


def _live_rows(listener: Serving, worlds: Sequence[World], models: dict[str, Any]) -> Iterator[Row]:
    yield from run_rows(listener, worlds, [_LIVE], models=models)


def _models(settings: Settings) -> dict[str, Any]:
    return {name: getattr(settings, name) for name in _ROLES} | {"llm_api_key": settings.llm_api_key}


def accepted(path: Path = ACCEPTED) -> tuple[str, ...]:
    """Return the runs of words that were judged by hand to say nothing wrong."""
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    return tuple(line.strip() for line in lines if line.strip() and not line.startswith("#"))


def _told(rows: Iterator[Row]) -> Iterator[Row]:
    """Say how far it is: a run takes minutes."""
    for row in rows:
        state = "无错" if row.is_clean else f"错 {sum(row.faults.values())}"
        print(f"{row.behaviour.title}：{row.asked}问，{state}", flush=True)
        yield row


def _be_quiet() -> None:
    """Keep the failures that are played from being written between the lines."""
    logging.getLogger().addHandler(logging.NullHandler())


def _keep(rows: Sequence[Row], name: str) -> Path:
    """Write everything wrong as JSON, for looking into."""
    RUNS.mkdir(parents=True, exist_ok=True)
    path = RUNS / f"{name}.json"
    told = [{"behaviour": r.behaviour.name, "faults": r.faults, "incidents": [asdict(i) for i in r.incidents]} for r in rows]
    path.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return path
