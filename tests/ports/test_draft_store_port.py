"""What every DraftStore promises."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from service.adapters.sql_drafts import SqlDrafts
from service.adapters.sql_library import SqlLibrary
from service.domain.errors import DraftApprovedError, DraftChangedError
from service.ports import DraftStore, DraftVersion, StoredDraft
from tests.fakes import FakeDraftStore

FIRST = StoredDraft(
    "f1", "云溪市示例局", 2024, "henan", DraftVersion(0, "2024-03-01", "drafted", "0" * 64), '{"a":1}', "文"
)


@pytest.fixture(params=["sql", "fake"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> DraftStore:
    return SqlDrafts(SqlLibrary(tmp_path / "library.sqlite")) if request.param == "sql" else FakeDraftStore()


def later(id: str = "f1") -> StoredDraft:  # noqa: A002 - the name of the field
    made = replace(FIRST.made, created_at="2024-03-02", origin="edited")
    return replace(FIRST, id=id, body='{"a":2}', made=made)


def test_versions_are_numbered_by_the_store(store: DraftStore) -> None:
    first, second = store.keep(FIRST), store.keep(later())

    assert first == replace(FIRST, made=replace(FIRST.made, version=1))
    assert second.made.version == 2
    assert store.find("f1") == second
    assert store.find("f1", 1) == first


def test_what_was_never_kept_is_not_found(store: DraftStore) -> None:
    store.keep(FIRST)

    assert store.find("f2") is None
    assert store.find("f1", 2) is None
    assert store.approve("f1", 2, at="2024", by="甲") is None


def test_drafts_are_listed_newest_first_by_entity_and_year(store: DraftStore) -> None:
    store.keep(FIRST)
    store.keep(later())
    store.keep(replace(later("f2"), entity="云溪市100%局", year=2025))

    assert [(each.id, [v.version for v in each.versions]) for each in store.summaries()] == [("f2", [1]), ("f1", [1, 2])]
    assert [each.id for each in store.summaries(entity="示例")] == ["f1"]
    assert [each.id for each in store.summaries(entity="0%")] == ["f2"]
    assert [each.id for each in store.summaries(year=2025)] == ["f2"]
    assert store.summaries(entity="云溪", year=2023) == ()


def test_a_summary_counts_the_open_places_of_the_newest_version(store: DraftStore) -> None:
    store.keep(replace(FIRST, text="甲【待补充：一】乙【待补充：二】"))
    assert [each.open for each in store.summaries()] == [2]
    store.keep(replace(later(), text="甲一乙【待补充：二】"))
    assert [each.open for each in store.summaries()] == [1]


def test_an_approved_version_stays_as_it_is(store: DraftStore) -> None:
    store.keep(FIRST)
    once = store.approve("f1", 1, at="2024-03-03", by="甲")
    again = store.approve("f1", 1, at="2024-03-04", by="乙")

    assert once == again == store.find("f1", 1)
    assert once is not None
    assert (once.made.approved_at, once.made.approved_by) == ("2024-03-03", "甲")


def test_a_version_after_an_approved_one_is_not_approved(store: DraftStore) -> None:
    store.keep(FIRST)
    store.approve("f1", 1, at="2024-03-03", by="甲")

    assert store.keep(later()).made.approved_at == ""
    assert [v.approved_by for v in store.summaries()[0].versions] == ["甲", ""]


def test_a_version_made_without_knowing_the_newest_is_not_kept(store: DraftStore) -> None:
    store.keep(FIRST)
    store.keep(later(), expects=1)

    with pytest.raises(DraftChangedError, match="第2版（2024-03-02存入）"):
        store.keep(later(), expects=1)
    assert store.find("f1", 3) is None
    assert store.keep(later(), expects=2).made.version == 3
    assert store.keep(later()).made.version == 4


def test_a_draft_is_dropped_whole_and_one_that_is_approved_is_not(store: DraftStore) -> None:
    store.keep(FIRST)
    store.keep(later())
    store.keep(later("f2"))
    store.approve("f2", 1, at="2024-03-03", by="甲")

    assert store.drop("f1")
    assert not store.drop("f1")
    assert store.find("f1") is None
    with pytest.raises(DraftApprovedError, match="第1版已由甲批准"):
        store.drop("f2")
    assert [each.id for each in store.summaries()] == ["f2"]
