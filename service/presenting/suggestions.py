"""Questions that this very store can answer, and what can be asked about: departments, years, stages."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from service.domain.coordinate import Stage
from service.ports import OPEN_PLACE

if TYPE_CHECKING:
    from service.asking.answer import Answer
    from service.domain.document import DocumentSummary

#: Most questions that are suggested at once.
MOST = 8
#: Departments that questions are made of where none is chosen.
_MOST_ENTITIES = 3
#: Sets of questions kept ready.
_READY = 64
#: What takes longer to read is no first question.
_LONGEST = 1200

#: Longest question made of another.
_LONGEST_QUESTION = 300
#: The figure behind the name of a reading.
_FIGURE = re.compile(r"[\s，：]+-?[\d,.]+[^\d\s]{0,6}$")

#: Answers a question of a department (None: as the question says) and a year (None: the newest); keeps nothing.
Try: TypeAlias = Callable[[str, str | None, int | None], "Answer"]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A question that was tried and is answered.

    Attributes:
        kind: ``total``, ``why``, ``share``, ``items``, ``ranking``, ``trend``, ``definition``, ``draft`` or ``split``.
        question: Its words.
        entity: Whose it is.
        year: Of which year it speaks.
    """

    kind: str
    question: str
    entity: str
    year: int


@dataclass(frozen=True, slots=True)
class YearScope:
    """What the store holds of a department's year.

    Attributes:
        year: The budget year.
        stages: 年初预算, 决算 …
        documents: Id and title of each document.
    """

    year: int
    stages: tuple[str, ...]
    documents: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class EntityScope:
    """A department that can be asked about.

    Attributes:
        entity: Its name as in the store.
        short: A shorter name of its own documents that means nobody else.
        years: Newest first.
    """

    entity: str
    short: str
    years: tuple[YearScope, ...]


def scopes_of(summaries: Sequence[DocumentSummary]) -> tuple[EntityScope, ...]:
    """Return every department of a store with its years, by name."""
    by_entity: dict[str, list[DocumentSummary]] = {}
    for each in summaries:
        by_entity.setdefault(each.entity, []).append(each)
    owners: dict[str, set[str]] = {}
    for each in summaries:
        for name in each.entity_names:
            owners.setdefault(name, set()).add(each.entity)
    return tuple(
        EntityScope(entity, _short(entity, held, owners), tuple(_years(held))) for entity, held in sorted(by_entity.items()) if entity
    )


def _short(entity: str, held: Sequence[DocumentSummary], owners: Mapping[str, set[str]]) -> str:
    names = {n for d in held for n in d.entity_names if len(n) >= 4 and owners[n] == {entity}}
    return min((entity, *names), key=lambda n: (len(n), n))


def _years(held: Sequence[DocumentSummary]) -> Iterator[YearScope]:
    for year in sorted({d.year for d in held}, reverse=True):
        of_year = [d for d in held if d.year == year]
        stages = tuple(dict.fromkeys(d.stage.value for d in of_year))
        yield YearScope(year, stages, tuple((d.id, d.title or d.name) for d in of_year))


def reading_questions(
    question: str, readings: Sequence[str], entities: Sequence[str], ask: Callable[[str], Answer]
) -> tuple[str, ...]:  # fmt: skip
    """Return for each reading of a question that was asked back the question that asks it, "" where none is answered.

    Args:
        question: As asked.
        readings: As told, perhaps with their figures behind them.
        entities: Departments of the store.
        ask: Answers by rules alone and keeps nothing.
    """
    return tuple(_reading(question.strip().rstrip("？?。"), each, entities, ask) for each in readings)


def _reading(question: str, reading: str, entities: Sequence[str], ask: Callable[[str], Answer]) -> str:
    name = _FIGURE.sub("", reading).strip()
    owner = max((e for e in entities if reading.startswith(e)), key=len, default="")
    if owner:
        tried = [f"{owner}{question}？"]
    else:
        plain, _, unit = name.partition("（")
        # A unit that bears the department's name is told from it by its last word alone.
        short = f"{plain}（本级）" if unit.endswith("本级）") else name
        tried = [question.replace(plain, each) + "？" for each in (name, short) if plain in question and each not in question]
        tried += [f"{each}多少？" for each in (name, short)]
    return next((each for each in dict.fromkeys(tried) if len(each) <= _LONGEST_QUESTION and _is_answered(ask(each), reading)), "")


def _is_answered(answer: Answer, reading: str) -> bool:
    """Whether an answer is given, and speaks of the figure that the reading names."""
    figure = _FIGURE.search(reading)
    return answer.status.value == "answered" and (figure is None or figure[0].strip(" ，：") in answer.text)


class Suggester:
    """Makes questions of what a store holds and keeps those that are answered; the same store is asked once.

    Args:
        summaries: Returns what is in the store.
        ask: Answers by rules alone and keeps nothing.
    """

    def __init__(self, summaries: Callable[[], Sequence[DocumentSummary]], ask: Try) -> None:
        self._summaries = summaries
        self._ask = ask
        self._lock = threading.Lock()
        self._ready: dict[tuple[tuple[str, ...], str | None, int | None], tuple[Suggestion, ...]] = {}

    def suggestions(self, entity: str | None = None, year: int | None = None) -> tuple[Suggestion, ...]:
        """Return questions about a department and year, or about what there is; none where nothing fits.

        Args:
            entity: A department as in the store, None for any.
            year: A budget year, None for the newest.
        """
        held = tuple(self._summaries())
        key = (tuple(sorted(d.id for d in held)), entity, year)
        with self._lock:
            if key not in self._ready:
                if len(self._ready) >= _READY:
                    self._ready.pop(next(iter(self._ready)))
                self._ready[key] = tuple(self._made(scopes_of(held), entity, year))
            return self._ready[key]

    def _made(self, scopes: Sequence[EntityScope], entity: str | None, year: int | None) -> Iterator[Suggestion]:
        chosen = [s for s in scopes if (entity is None or s.entity == entity) and (year is None or year in {y.year for y in s.years})]
        chosen.sort(key=lambda s: (-s.years[0].year, s.entity))
        chosen = chosen[:_MOST_ENTITIES]
        is_named = entity is None and len(scopes) > 1
        kinds = ("total", "why", "share", "items", "ranking", "trend", "definition", "draft", "split")
        told: list[Suggestion] = []
        for place, kind in enumerate(kinds):
            if len(told) >= MOST:
                break
            # Each kind is tried of another department first, so that the list shows what there is.
            for step in range(len(chosen)):
                scope = chosen[(place + step) % len(chosen)]
                found = self._first(kind, scope, year, is_named=is_named)
                if found is not None:
                    told.append(found)
                    break
        yield from told

    def _first(self, kind: str, scope: EntityScope, year: int | None, *, is_named: bool) -> Suggestion | None:
        """Return the first question of a kind that is answered, None where none is."""
        of_year = next(y for y in scope.years if year is None or y.year == year)
        name = scope.short if is_named else ""
        entity = None if is_named else scope.entity
        for question in self._phrased(kind, scope, of_year, name, entity):
            if self._answered(question, entity, None if is_named else of_year.year) is not None:
                return Suggestion(kind, question, scope.entity, of_year.year)
        return None

    def _answered(self, question: str, entity: str | None, year: int | None) -> Answer | None:
        answer = self._ask(question, entity, year)
        is_whole = not answer.missing and OPEN_PLACE not in answer.text
        is_fit = answer.status.value == "answered" and answer.is_understood and is_whole and len(answer.text) <= _LONGEST
        return answer if is_fit else None

    def _phrased(self, kind: str, scope: EntityScope, of_year: YearScope, name: str, entity: str | None) -> Iterator[str]:
        when = f"{name}{of_year.year}年"
        stage = "决算" if set(of_year.stages) == {Stage.FINAL.value} else "预算"
        match kind:
            case "total":
                yield f"{when}支出{stage}是多少？"
            case "why":
                yield from self._why(when, entity, None if name else of_year.year)
            case "share":
                yield f"{when}人员经费占基本支出多少？"
                yield f"{when}基本支出占支出的比重是多少？"
            case "items":
                yield f"{when}“三公”经费{stage}由哪些构成？"
                yield f"{when}“三公”经费{stage}是多少？"
            case "ranking":
                yield f"{when}金额最大的五个项目是哪些？"
                yield f"{when}哪个项目金额最大？"
            case "trend":
                years = [y.year for y in scope.years]
                if len(years) > 1:
                    yield f"{name}{min(years)}年至{max(years)}年支出变化情况如何？"
            case "definition":
                yield f"{name}什么是机关运行经费？" if not name else f"{name}的机关运行经费是什么意思？"
                yield "什么是“三公”经费？"
            case "draft":
                yield f"写一段{when}收入支出{stage}总体情况说明"
                yield f"写一段{when}“三公”经费支出{stage}情况说明"
            case _:
                yield f"{when}支出由哪些功能科目构成？"
                yield f"{when}收入由哪些构成？"

    def _why(self, when: str, entity: str | None, year: int | None) -> Iterator[str]:
        """Ask for the reason in the direction in which the figure really moved."""
        for measure in ("支出", "三公经费", "收入"):
            change = self._answered(f"{when}{measure}比上年增加了还是减少了？", entity, year)
            if change is None:
                continue
            label = next((r.label for r in change.results if r.label.endswith(("增加额", "减少额"))), "")
            if label:
                yield f"为什么{when}{measure}比上年{label[-3:-1]}？"
