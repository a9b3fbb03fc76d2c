"""The endpoints of the page that asks: an answer made ready to be looked at, questions to begin with, what can be asked about."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request

from service.domain.errors import MissingAnswerError
from service.numerals import Measured, read_quantities
from service.presenting.charts import chart_to_dict, charts_of
from service.presenting.evidence import evidence_of
from service.presenting.follow_ups import follow_ups
from service.presenting.formulas import in_words
from service.presenting.suggestions import Suggester, reading_questions, scopes_of
from service.rendering import Json, place_to_text
from service.web import presentation_models as models
from service.web.routes import App, problems
from service.web.sentences import Said, quoted_in, sentences, sources_of

#: Characters before a figure that must stand before it in the document, too, and how many there must be at least.
_REACH, _LEAST_WORDS = 8, 5
#: Earlier answers of a conversation that are looked at for what was told.
_MOST_ASKED = 20
_TABLE = re.compile(r"(?<![A-Za-z\d])T\d{2,}(?![A-Za-z\d])")

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
    "/answers/{answer_id}/follow-ups",
    response_model=list[models.Suggestion],
    responses=problems(404, 422, 503),
    summary="接着一次回答可以问什么：围绕它的主题，都是现有文档答得了的",
)
def follow_up_questions(
    answer_id: str, application: App, suggester: Suggesting,
    asked: Annotated[list[str] | None, Query(description="同一对话里各次回答的编号，问过的不再列。", max_length=_MOST_ASKED)] = None,
) -> list[Json]:  # fmt: skip
    """Return questions that go on from an answer, none of which the conversation has answered."""
    answer: Json = json.loads(application.explain(answer_id).body)
    earlier = [body for each in asked or () if each != answer_id and (body := _kept(application, each)) is not None]
    entity = answer["entity"] or None
    others = suggester.suggestions(entity, answer["year"] or None if entity else None)
    found = follow_ups(answer, [answer, *earlier], others, application.try_out)
    return [{"kind": each.kind, "question": each.question, "entity": each.entity, "year": each.year} for each in found]


def _kept(application: App, answer_id: str) -> Json | None:
    try:
        body: Json = json.loads(application.explain(answer_id).body)
    except MissingAnswerError:
        return None
    return body


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
    titles = {each["table"]: each["table_title"] for each in answer["citations"] if each["table"] and each["table_title"]}
    return {
        "answer": answer,
        "sentences": [
            {"index": s.index, "text": s.text, "figures": list(s.figures), "quoted": list(_quoted(s, answer["citations"])),
             "sources": list(sources_of(s, answer))}
            for s in said
        ],
        "evidence": [
            each | {"words": _named(each["words"], titles)}
            for n in range(len(answer["results"])) if (each := evidence_of(answer, n, place_to_text))
        ],
        "plan": list(dict.fromkeys(_named(in_words(each) or each, titles) for each in answer["plan"])),
        "places": [place_to_text(each) for each in answer["citations"]],
        "charts": [chart_to_dict(each, answer["results"]) for each in charts],
    }


def _named(words: str, titles: Mapping[str, str]) -> str:
    """Write the titles of tables where a formula has their ids."""
    return _TABLE.sub(lambda found: f"“{titles[found[0]]}”" if found[0] in titles else found[0], words)


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
