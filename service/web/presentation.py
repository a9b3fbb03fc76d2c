"""The endpoints of the page that asks: an answer made ready to be looked at, questions to begin with, what can be asked about."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request

from service.numerals import Measured, read_quantities
from service.presenting.charts import chart_to_dict, charts_of
from service.presenting.evidence import evidence_of
from service.presenting.suggestions import Suggester, reading_questions, scopes_of
from service.rendering import Json, place_to_text
from service.web import presentation_models as models
from service.web.routes import App, problems
from service.web.sentences import Said, quoted_in, sentences

#: Characters before a figure that must stand before it in the document, too, and how many there must be at least.
_REACH, _LEAST_WORDS = 8, 5

presentations = APIRouter(prefix="/v1", tags=["问答"])


def _suggester(request: Request) -> Suggester:
    found = request.app.state.suggester
    if not isinstance(found, Suggester):
        raise TypeError("create_app() sets the suggester")
    return found


Suggesting = Annotated[Suggester, Depends(_suggester)]


@presentations.get(
    "/answers/{answer_id}/presentation",
    response_model=models.PresentedAnswer,
    responses=problems(404, 503),
    summary="一次回答，连同每句的数字、依据和图，供页面显示",
)
def presentation(answer_id: str, application: App) -> Json:
    """Return an answer as it was given, made ready to be looked at."""
    kept = application.explain(answer_id)
    body: Json = json.loads(kept.body)
    shown = presented(body | {"asked_at": kept.asked_at})
    readings, entities = body["readings"], tuple({each.entity for each in application.documents()})
    questions = reading_questions(body["question"], readings, entities, application.try_out)
    return shown | {"readings": [{"text": t, "question": q} for t, q in zip(readings, questions, strict=True)]}


@presentations.get(
    "/suggestions",
    response_model=list[models.Suggestion],
    responses=problems(422, 503),
    summary="可以问的问题，都是现有文档答得了的",
)
def suggestions(
    suggester: Suggesting,
    entity: Annotated[str | None, Query(max_length=200, description="部门，名称同 /v1/scopes。")] = None,
    year: Annotated[int | None, Query(ge=1949, le=2999, description="预算年度。")] = None,
) -> list[Json]:
    """Return questions that this store answers."""
    return [
        {"kind": each.kind, "question": each.question, "entity": each.entity, "year": each.year}
        for each in suggester.suggestions(entity or None, year)
    ]


@presentations.get(
    "/scopes",
    response_model=list[models.Scope],
    responses=problems(503),
    summary="可以问哪些部门、哪些年度",
)
def scopes(application: App) -> list[Json]:
    """Return the departments and years that can be asked about."""
    return [
        {
            "entity": each.entity,
            "short": each.short,
            "years": [
                {"year": y.year, "stages": list(y.stages), "documents": [{"id": i, "title": t} for i, t in y.documents]}
                for y in each.years
            ],
        }
        for each in scopes_of(application.documents())
    ]


def presented(answer: Mapping[str, Any]) -> Json:
    """Return an answer, held as `answer_to_dict` returns it, with its sentences, evidence and charts."""
    said = sentences(answer)
    charts = charts_of(answer, [(each.text, each.figures) for each in said])
    return {
        "answer": answer,
        "sentences": [
            {"index": s.index, "text": s.text, "figures": list(s.figures), "quoted": list(_quoted(s, answer["citations"]))} for s in said
        ],
        "evidence": [evidence_of(answer, n, place_to_text) for n in range(len(answer["results"]))],
        "places": [place_to_text(each) for each in answer["citations"]],
        "charts": [chart_to_dict(each, answer["results"]) for each in charts],
    }


def _quoted(said: Said, citations: Sequence[Mapping[str, Any]]) -> Iterator[Json]:
    """Yield the figures of words taken from a document that are no figures of the answer, each with the place they stand at."""
    within = [(start, end) for start, end in quoted_in(said.text)]
    quotes = [(n, _flat(each["quote"])) for n, each in enumerate(citations) if each["role"] != "also" and each["quote"]]
    for measured in read_quantities(said.text):
        if not any(map(str.isdigit, measured.text)) or any(_overlaps(measured, f) for f in said.figures):
            continue
        source = next((n for n, each in enumerate(citations) if each["role"] != "also" and _is_stated(measured, each)), None)
        marks = next(((start, end) for start, end in within if start <= measured.start and measured.end <= end), None)
        words = said.text[slice(*marks)] if marks else said.text[max(0, measured.start - _REACH) : measured.end]
        if marks or len(_flat(words)) - len(measured.text) >= _LEAST_WORDS:
            source = next((n for n, quote in quotes if _flat(words) in quote), source)
        if source is not None:
            yield {"start": measured.start, "end": measured.end, "text": measured.text, "citation": source}


def _is_stated(measured: Measured, citation: Mapping[str, Any]) -> bool:
    """Whether a figure that has decimals is the very one of a cell, or stands in a sentence, as it is written."""
    quote = str(citation["quote"])
    if "." not in measured.text:
        return False
    if citation["table"]:
        return quote.replace(",", "").strip() == re.match(r"[\d.]*", measured.text)[0]  # type: ignore[index]
    return re.search(rf"(?<![\d.]){re.escape(measured.text)}", quote) is not None


def _overlaps(measured: Measured, figure: Json) -> bool:
    return bool(figure["start"] < measured.end and measured.start < figure["end"])


def _flat(text: str) -> str:
    return "".join(text.split())
