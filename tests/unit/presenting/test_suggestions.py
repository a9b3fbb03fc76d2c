"""Questions that are suggested are answered; what can be asked about is what is there."""

from __future__ import annotations

from dataclasses import replace

from service.asking.answer import Answer, Status
from service.domain.document import Document
from service.presenting.suggestions import MOST, Suggester, reading_questions, scopes_of
from tests.conftest import AskerOver
from tests.fakes import FakeLibrary


def test_every_suggestion_is_answered(asker_over: AskerOver, seed: Document) -> None:
    asker, library = asker_over(seed), FakeLibrary(seed)
    suggester = Suggester(library.summaries, lambda q, e, y: asker.ask(q, history=(), entity=e, year=y))
    made = suggester.suggestions()
    assert 5 <= len(made) <= MOST
    assert {"total", "why", "share", "ranking", "definition", "draft"} <= {each.kind for each in made}
    for each in made:
        assert asker.ask(each.question, history=(), entity=None, year=None).status is Status.ANSWERED
    assert any(each.question == "为什么2024年支出比上年减少？" for each in made)


def test_questions_are_tried_once_for_the_same_store(asker_over: AskerOver, seed: Document) -> None:
    asker, library = asker_over(seed), FakeLibrary(seed)
    asked: list[str] = []

    def ask(question: str, entity: str | None, year: int | None):  # type: ignore[no-untyped-def]
        asked.append(question)
        return asker.ask(question, history=(), entity=entity, year=year)

    suggester = Suggester(library.summaries, ask)
    first = suggester.suggestions()
    before = len(asked)
    assert suggester.suggestions() == first
    assert len(asked) == before


def test_an_answer_with_open_places_is_not_suggested(asker_over: AskerOver, seed: Document) -> None:
    asker = asker_over(seed)

    def ask(question: str, entity: str | None, year: int | None) -> Answer:
        answer = asker.ask(question, history=(), entity=entity, year=year)
        return replace(answer, text=f"{answer.text}【待补充：2023年的数】") if question.startswith("写一段") else answer

    made = Suggester(FakeLibrary(seed).summaries, ask).suggestions()
    assert made
    assert "draft" not in {each.kind for each in made}


def test_nothing_is_suggested_where_nothing_is_held(asker_over: AskerOver, seed: Document) -> None:
    asker = asker_over(seed)
    empty = Suggester(lambda: (), lambda q, e, y: asker.ask(q, history=(), entity=e, year=y))
    assert empty.suggestions() == ()
    held = Suggester(FakeLibrary(seed).summaries, lambda q, e, y: asker.ask(q, history=(), entity=e, year=y))
    assert held.suggestions("没有这个部门") == ()
    assert held.suggestions(seed.entity, 1999) == ()


def test_scopes_tell_departments_years_and_stages(seed: Document) -> None:
    (scope,) = scopes_of(FakeLibrary(seed).summaries())
    assert (scope.entity, scope.short) == (seed.entity, seed.entity)
    (year,) = scope.years
    assert (year.year, year.stages, [d for d, _ in year.documents]) == (2024, ("年初预算",), [seed.id])


def test_each_reading_of_a_question_back_can_be_asked(asker_over: AskerOver, seed: Document) -> None:
    asker = asker_over(seed)

    def ask(question: str) -> Answer:
        return asker.ask(question, history=(), entity=None, year=None)

    back = ask("工作经费多少")
    assert back.status is Status.CLARIFY
    questions = reading_questions("工作经费多少？", back.readings, (seed.entity,), ask)
    assert len(questions) == len(back.readings) == 2
    for reading, question in zip(back.readings, questions, strict=True):
        answer = ask(question)
        assert answer.status is Status.ANSWERED
        assert reading.split()[-1] in answer.text


def test_a_reading_that_names_a_department_asks_for_it(asker_over: AskerOver, seed: Document) -> None:
    asker = asker_over(seed)
    (question,) = reading_questions(
        "支出预算多少？", [seed.entity], (seed.entity,), lambda q: asker.ask(q, history=(), entity=None, year=None)
    )
    assert question == f"{seed.entity}支出预算多少？"


def test_suggestions_are_answered_after_each_other(asker_over: AskerOver, seed: Document) -> None:
    """They are clicked one after the other in one conversation."""
    asker, library = asker_over(seed), FakeLibrary(seed)
    made = Suggester(library.summaries, lambda q, e, y: asker.ask(q, history=(), entity=e, year=y)).suggestions()
    alone = {each.question: asker.ask(each.question, history=(), entity=None, year=None).text for each in made}
    for before in alone:
        for question, text in alone.items():
            assert asker.ask(question, history=(before,), entity=None, year=None).text == text
