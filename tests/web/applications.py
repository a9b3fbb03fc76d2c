"""A finished application over fakes, and an asker that says what it is told to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

from service.adapters.annotating.files import FileAnnotator
from service.adapters.gongwen import document as word
from service.adapters.readers.files import read_file
from service.application import Application, Limits
from service.asking.answer import Answer, Citation, Result, Status
from service.calculation.evidence import Operand, Place
from service.composer import Composer
from service.domain.document import Document
from service.domain.errors import FormulaSyntaxError
from service.domain.finding import Finding, Severity
from service.drafting.reasons import refusal_of
from service.drafting.revision import revise
from service.drafts import Drafts
from service.ports import DraftStore
from service.vocabulary.vocabulary import Vocabulary
from tests.fakes import FakeAnswerLog, FakeDraftStore, FakeLibrary, FakePassageIndex, FixedClock

PLACE = Place("d1", "某局2024年部门预算", "T03", "支出总体情况表", "合计", "合计", 0, 5, 230, quote="950.47")
RESULT = Result(
    label="基本支出占比", value="56.53", unit="%", exact="56.5267", formula="占比(支出[基本支出], 支出)",
    working="537.27 ÷ 950.47 = 56.53%",
    operands=(Operand("支出", "950.47", "万元", "printed", "已验证", PLACE),), marks=("推算",),
)  # fmt: skip


def an_answer(question: str, status: Status = Status.ANSWERED) -> Answer:
    """Return an answer with something in every part."""
    return Answer(
        "a1", question, status, "占56.53%。", (RESULT,), (Citation(PLACE), Citation(PLACE, "also")),
        (Finding("places-disagree", Severity.WARNING, "两处不一致", stated="1", expected="2"),),
        "某局", 2024, ("占比",), (), "2025年的文件" if status is Status.REFUSED else "", ms=7,
    )  # fmt: skip


@dataclass
class ScriptedAsker:
    """Answers by keyword, and remembers what it was asked."""

    asked: list[tuple[str, tuple[str, ...], str | None, int | None]] = field(default_factory=list)

    def ask(
        self, question: str, *, history: Sequence[str], entity: str | None, year: int | None,
        progress: Callable[[str], None] | None = None,
    ) -> Answer:  # fmt: skip
        """Refuse 拒, break on 坏, answer the rest."""
        del progress
        self.asked.append((question, tuple(history), entity, year))
        if "坏" in question:
            raise ZeroDivisionError(f"secret: {question}")
        return an_answer(question, Status.REFUSED if "拒" in question else Status.ANSWERED)

    def evaluate(self, formula: str, *, entity: str | None, year: int | None) -> Result:
        """Return the one result there is."""
        del entity, year  # the real one looks figures up
        if "+" in formula:
            raise FormulaSyntaxError(formula, formula.index("+"), "一个名称")
        return RESULT


def build(
    vocabulary: Vocabulary, *documents: Document, asker: ScriptedAsker | None = None, limits: Limits | None = None
) -> Application:
    """Return an application that holds *documents*."""
    return Application(
        library=FakeLibrary(*documents),
        index=FakePassageIndex(),
        answers=FakeAnswerLog(),
        clock=FixedClock(),
        reader=read_file,
        vocabulary=vocabulary,
        asker=asker or ScriptedAsker(),
        limits=limits or Limits(),
        annotator=FileAnnotator(),
    )


def build_drafts(
    application: Application, vocabulary: Vocabulary, *documents: Document, store: DraftStore | None = None
) -> Drafts:
    """Return what drafting needs over *documents*, with the real engine and a store in memory."""
    composer = Composer(FakeLibrary(*documents), vocabulary, read_file)
    return Drafts(
        compose=composer.compose, plan=composer.plan, check=composer.recheck, evaluate=composer.evaluate, revise=revise,
        store=store or FakeDraftStore(), clock=FixedClock(), reader=read_file, limits=application.limits, word=word,
        refuse=partial(refusal_of, rules=vocabulary.wording),
    )  # fmt: skip
