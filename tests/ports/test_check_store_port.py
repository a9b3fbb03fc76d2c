"""What every CheckStore promises."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from service.adapters.sql_checks import SqlChecks
from service.adapters.sql_library import SqlLibrary
from service.application import Application
from service.domain.check import Acceptance
from service.ports import CheckStore, CheckToKeep, CitedTable, KeptCheck
from service.vocabulary.vocabulary import Vocabulary
from tests.fake_checks import FakeCheckStore
from tests.samples import Sample
from tests.web.applications import build

AT = "2024-03-01T09:00:00+00:00"
ACCEPTED = Acceptance("F2", "年中追加", "王某", AT)


@pytest.fixture(params=["sql", "fake"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> CheckStore:
    return SqlChecks(SqlLibrary(tmp_path / "library.sqlite")) if request.param == "sql" else FakeCheckStore()


@pytest.fixture(scope="module")
def checked(vocabulary: Vocabulary) -> CheckToKeep:
    """A check of the sample, its text wrong in one figure."""
    application: Application = build(vocabulary)
    data = replace(Sample(), said_basic=Sample().basic + 1).text.encode()
    made = application.check(data, "样例.txt")
    cited = (CitedTable("d2", "别的文件", made.document.tables[0]),)
    return CheckToKeep("c1", "样例.txt", AT, '{"title": "样例"}', '{"findings": []}', made.report, made.document, cited, data)


def test_everything_comes_back_as_it_was_kept(store: CheckStore, checked: CheckToKeep) -> None:
    store.keep(checked)

    assert store.find("c1") == KeptCheck("c1", "样例.txt", AT, checked.head)
    assert store.said("c1") == checked.said
    assert store.report("c1") == checked.report
    assert store.document("c1") == replace(checked.document, facts=(), paragraphs=())
    assert store.cited("c1") == checked.cited
    assert store.data("c1") == checked.data


def test_what_was_never_kept_is_not_there(store: CheckStore) -> None:
    parts = (store.find, store.said, store.report, store.document, store.cited, store.data)

    assert [part("c1") for part in parts] == [None] * len(parts)
    assert store.summaries() == ()
    assert store.accept("c1", ACCEPTED) is False
    assert store.withdraw("c1", "F2") is False
    assert store.remove("c1") is False


def test_the_newest_is_first_even_within_one_second(store: CheckStore, checked: CheckToKeep) -> None:
    for name in ("c1", "c2", "c3"):
        store.keep(replace(checked, id=name))

    assert [each.id for each in store.summaries()] == ["c3", "c2", "c1"]
    assert [each.id for each in store.summaries(limit=2)] == ["c3", "c2"]
    assert [each.id for each in store.summaries(ids=("c1", "c3", "gone"))] == ["c3", "c1"]


def test_acceptances_are_replaced_withdrawn_and_told_in_order(store: CheckStore, checked: CheckToKeep) -> None:
    store.keep(checked)
    for finding in ("F10", "F2", "F1"):
        assert store.accept("c1", replace(ACCEPTED, finding=finding)) is True
    assert store.accept("c1", replace(ACCEPTED, reason="别的理由", by="李某")) is True
    assert store.withdraw("c1", "F1") is True
    assert store.withdraw("c1", "F1") is False
    found = store.find("c1")

    assert found is not None
    assert found.accepted == (replace(ACCEPTED, reason="别的理由", by="李某"), replace(ACCEPTED, finding="F10"))
    assert store.summaries()[0].accepted == found.accepted


def test_a_removed_check_takes_everything_along(store: CheckStore, checked: CheckToKeep) -> None:
    store.keep(checked)
    store.keep(replace(checked, id="c2"))
    store.accept("c1", ACCEPTED)

    assert store.remove("c1") is True
    assert store.data("c1") is None
    assert [each.id for each in store.summaries()] == ["c2"]
    store.keep(checked)
    found = store.find("c1")
    assert found is not None
    assert found.accepted == ()


def test_names_and_reasons_are_kept_without_nul(tmp_path: Path, checked: CheckToKeep) -> None:
    store = SqlChecks(SqlLibrary(tmp_path / "library.sqlite"))
    store.keep(replace(checked, name="样\x00例.txt"))
    store.accept("c1", replace(ACCEPTED, reason="追\x00加"))
    found = store.find("c1")

    assert found is not None
    assert (found.name, found.accepted[0].reason) == ("样例.txt", "追加")
