"""The endpoints of the page that asks: presentation, suggestions, scopes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from fastapi.testclient import TestClient

from service.application import Application
from service.asking.asker import RuleAsker
from service.domain.document import Document
from service.vocabulary.vocabulary import Vocabulary
from service.web.app import create_app
from tests.conftest import AskerOver
from tests.fakes import FakeLibrary
from tests.web.applications import build

QUESTION = "为什么2024年支出下降了23%？"


class _Watched:
    """An asker that remembers what it was asked."""

    def __init__(self, inner: RuleAsker) -> None:
        self.inner = inner
        self.asked: list[str] = []

    def ask(self, question: str, **given: object):  # type: ignore[no-untyped-def]
        self.asked.append(question)
        return self.inner.ask(question, **given)  # type: ignore[arg-type]

    def evaluate(self, formula: str, *, entity: str | None, year: int | None):  # type: ignore[no-untyped-def]
        return self.inner.evaluate(formula, entity=entity, year=year)


@pytest.fixture
def watched(asker_over: AskerOver, seed: Document) -> _Watched:
    return _Watched(asker_over(seed))


@pytest.fixture
def application(vocabulary: Vocabulary, seed: Document, watched: _Watched) -> Application:
    return build(vocabulary, seed, asker=watched)  # type: ignore[arg-type]


@pytest.fixture
def client(application: Application) -> Iterator[TestClient]:
    with TestClient(create_app(application)) as made:
        yield made


def presented(client: TestClient, question: str = QUESTION):  # type: ignore[no-untyped-def]
    answer = client.post("/v1/ask", json={"question": question}).json()
    found = client.get(f"/v1/answers/{answer['id']}/presentation")
    assert found.status_code == 200
    return answer, found.json()


def test_an_answer_is_presented_with_sentences_evidence_and_charts(client: TestClient) -> None:
    answer, shown = presented(client)
    assert {k: shown["answer"][k] for k in ("id", "text", "results")} == {k: answer[k] for k in ("id", "text", "results")}
    assert "".join(each["text"] for each in shown["sentences"]) == answer["text"]
    assert len(shown["evidence"]) == len(answer["results"])
    assert len(shown["places"]) == len(answer["citations"])
    assert [chart["kind"] for chart in shown["charts"]] == ["waterfall"]
    figures = shown["sentences"][0]["figures"]
    assert [(f["text"], f["tags"][0]["text"]) for f in figures] == [
        ("950.47万元", "表中印着"), ("1235.00万元", "推算"), ("284.53万元", "仅见正文"), ("23.04%", "仅见正文")
    ]  # fmt: skip
    assert all(sentence["text"][f["start"] : f["end"]] == f["text"] for sentence in shown["sentences"] for f in sentence["figures"])


def test_figures_within_quoted_words_lead_to_what_is_quoted(client: TestClient) -> None:
    _, shown = presented(client, "项目支出的绩效目标有哪些？")
    for sentence in shown["sentences"]:
        for quoted in sentence["quoted"]:
            assert quoted["text"].rstrip("%万元") in shown["answer"]["citations"][quoted["citation"]]["quote"]


def test_streamed_figures_say_what_they_are(client: TestClient) -> None:
    body = client.post("/v1/ask", json={"question": QUESTION, "stream": True}).text
    assert '"tags":[{"code":"derived","text":"推算"' in body.replace(": ", ":").replace(", ", ",")


def test_an_answer_that_is_not_kept_is_a_problem(client: TestClient) -> None:
    found = client.get("/v1/answers/000000000000/presentation")
    assert found.status_code == 404
    assert found.json()["code"] == "missing-answer"


def test_refusals_and_empty_stores_are_presented_too(vocabulary: Vocabulary, asker_over: AskerOver) -> None:
    with TestClient(create_app(build(vocabulary, asker=asker_over()))) as client:  # type: ignore[arg-type]
        _, shown = presented(client)
        assert shown["answer"]["status"] == "refused"
        assert shown["charts"] == []
        assert client.get("/v1/suggestions").json() == []
        assert client.get("/v1/scopes").json() == []


def test_suggestions_are_questions_that_are_answered_and_keep_nothing(client: TestClient, watched: _Watched) -> None:
    made = client.get("/v1/suggestions").json()
    assert 5 <= len(made) <= 8
    for each in made:
        assert client.post("/v1/ask", json={"question": each["question"]}).json()["status"] == "answered"
    tried = len(watched.asked)
    assert client.get("/v1/suggestions").json() == made
    assert len(watched.asked) == tried


def test_suggestions_of_a_year_that_is_not_there_are_none(client: TestClient, seed: Document) -> None:
    assert client.get("/v1/suggestions", params={"entity": seed.entity, "year": 2001}).json() == []
    assert client.get("/v1/suggestions", params={"year": 12}).status_code == 422


def test_scopes_name_departments_with_their_years(
    vocabulary: Vocabulary, seed: Document, asker_over: AskerOver
) -> None:  # fmt: skip
    older = replace(seed, id="older", sha256="0" * 64, year=2022)
    library = FakeLibrary(seed, older)
    application = build(vocabulary, seed, older, asker=asker_over(seed))  # type: ignore[arg-type]
    with TestClient(create_app(application)) as client:
        (scope,) = client.get("/v1/scopes").json()
    assert scope["entity"] == seed.entity
    assert [each["year"] for each in scope["years"]] == [2024, 2022]
    assert scope["years"][0]["stages"] == ["年初预算"]
    assert scope["years"][0]["documents"] == [{"id": seed.id, "title": library.summaries()[0].title}]


def test_figures_of_a_passage_that_is_told_as_it_is_lead_to_it(client: TestClient) -> None:
    _, shown = presented(client, "国有资产占用情况")
    quoted = [each for sentence in shown["sentences"] for each in sentence["quoted"]]
    assert quoted
    for each in quoted:
        assert each["text"] in shown["answer"]["citations"][each["citation"]]["quote"]


def test_a_bare_zero_is_a_figure_too(client: TestClient) -> None:
    _, shown = presented(client, "三公经费由哪些构成")
    zeros = [f for sentence in shown["sentences"] for f in sentence["figures"] if f["text"] == "0"]
    assert [f["tags"][0]["text"] for f in zeros] == ["表中空白"]


def _follow_ups(client: TestClient, question: str, *asked: str) -> list[str]:
    answer = client.post("/v1/ask", json={"question": question}).json()
    found = client.get(f"/v1/answers/{answer['id']}/follow-ups", params={"asked": [answer["id"], *asked]})
    assert found.status_code == 200, found.text
    return [each["question"] for each in found.json()]


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("支出预算是多少？", "2024年支出由哪些构成？"),
        ("三公经费是多少？", "2024年三公经费由哪些构成？"),
        ("支出比上年减少多少？", "为什么2024年支出比上年减少？"),
        ("为什么支出比上年减少？", "2024年支出由哪些构成？"),
        ("金额最大的五个项目是哪些？", "2024年信创工程占项目支出的比重是多少？"),
        ("三公经费由哪些构成？", "2024年三公经费比上年增加还是减少？"),
    ],
)
def test_what_is_asked_next_goes_on_from_the_answer(client: TestClient, question: str, first: str) -> None:
    made = _follow_ups(client, question)
    assert made[0] == first
    assert len(made) == 3
    for each in made:
        assert client.post("/v1/ask", json={"question": each}).json()["status"] == "answered"


def test_what_was_asked_in_other_words_is_not_offered_again(client: TestClient) -> None:
    earlier = client.post("/v1/ask", json={"question": "支出的构成情况"}).json()
    again = client.post("/v1/ask", json={"question": "支出由哪些构成？"}).json()
    assert earlier["text"] == again["text"]
    assert "2024年支出由哪些构成？" not in _follow_ups(client, "支出预算是多少？", earlier["id"])
    assert "2024年支出由哪些构成？" in _follow_ups(client, "支出预算是多少？")


def test_a_sentence_knows_the_places_it_rests_on_and_a_plan_is_told_in_words(client: TestClient) -> None:
    answer, shown = presented(client, "人员经费占基本支出多少？")
    sources = {n for sentence in shown["sentences"] for n in sentence["sources"]}
    assert sources == {n for n, each in enumerate(answer["citations"]) if each["role"] != "also"}
    assert "T06" in "".join(answer["plan"])
    assert "T06" not in "".join([*shown["plan"], *(each["words"] for each in shown["evidence"])])
    assert shown["plan"][0].endswith("× 100%")


def test_bars_have_their_digits_unit_and_direction_apart(client: TestClient) -> None:
    _, shown = presented(client)
    part = next(bar for bar in shown["charts"][0]["bars"] if bar["role"] == "part")
    assert (part["value"], part["unit"], part["change"], part["text"]) == ("284.53", "万元", "减少", "减少284.53万元")


def test_a_typo_that_was_mended_is_told(client: TestClient) -> None:
    answer, shown = presented(client, "三工经费是多少？")
    assert answer["repairs"] == shown["answer"]["repairs"] == [{"written": "三工经费", "read_as": "三公经费"}]
    assert presented(client, "三公经费是多少？")[0]["repairs"] == []


def test_what_a_code_names_is_asked_by_its_name_and_nothing_is_not_split(client: TestClient) -> None:
    named = _follow_ups(client, "行政运行是多少？")
    assert "2024年行政运行占支出的比重是多少？" in named
    assert not any("年由哪些" in each or "年占" in each or "年比" in each for each in named)
    assert not any("政府采购" in each for each in _follow_ups(client, "政府采购是多少？"))
    assert _follow_ups(client, "信创工程是多少？")[0] == "2024年信创工程占项目支出的比重是多少？"
