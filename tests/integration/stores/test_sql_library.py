"""The SQL library on a disk that is full, read-only, shared, damaged, or from another version."""

from __future__ import annotations

import errno
import sqlite3
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import create_engine, event, inspect

from service.adapters import migrations
from service.adapters.migrations import LATEST, migrate, store_error
from service.adapters.sql_checks import SqlChecks
from service.adapters.sql_drafts import SqlDrafts
from service.adapters.sql_library import SqlLibrary
from service.adapters.sql_schema import METADATA
from service.domain.errors import (
    StoreError,
    StoreFullError,
    StoreReadOnlyError,
    StoreVersionError,
)
from service.ports import DraftVersion, StoredAnswer, StoredDraft
from tests.shorthand import a_document, a_fact

ANSWER = StoredAnswer("a1", "2024", "问", "{}")
DRAFT = StoredDraft("f1", "云溪市示例局", 2024, "henan", DraftVersion(0, "2024", "drafted", "0" * 64), "{}", "文")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "library.sqlite"


def pragma_on_connect(library: SqlLibrary, statement: str) -> None:
    library.close()
    event.listen(library._engine, "connect", lambda raw, _: raw.execute(statement))


def test_a_store_is_made_where_its_folder_is_missing(tmp_path: Path) -> None:
    library = SqlLibrary(tmp_path / "新" / "库" / "library.sqlite")
    library.add(a_document())
    assert len(library.summaries()) == 1


def test_a_store_can_be_named_by_its_address(tmp_path: Path) -> None:
    SqlLibrary(f"sqlite:///{tmp_path}/library.sqlite").add(a_document())
    assert len(SqlLibrary(tmp_path / "library.sqlite").summaries()) == 1


def test_another_process_sees_what_was_added(path: Path) -> None:
    reader, writer = SqlLibrary(path), SqlLibrary(path)
    assert reader.summaries() == ()
    writer.add(a_document())
    assert len(reader.summaries()) == 1


def test_facts_are_found_by_coordinate_without_the_documents(path: Path) -> None:
    library = SqlLibrary(path)
    first, second = a_document("甲", entity="甲局"), a_document("乙", entity="乙局", year=2023)
    library.add(first)
    library.add(second)
    assert library.find_facts(entity="甲局") == first.facts
    assert library.find_facts(year=2023, measure="支出") == second.facts
    assert library.find_facts(measure="收入") == ()
    assert len(library.find_facts()) == len(first.facts) + len(second.facts)


def test_replaced_documents_leave_no_rows_behind(path: Path) -> None:
    library = SqlLibrary(path)
    library.add(a_document("甲"))
    library.add(a_document("乙"))
    library.remove(a_document("乙").id)
    with sqlite3.connect(path) as raw:
        counts = [raw.execute(f"SELECT count(*) FROM {it}").fetchone()[0] for it in ("facts", "contents")]  # noqa: S608
    assert counts == [0, 0]


def test_two_facts_of_one_id_are_both_kept(path: Path) -> None:
    """A hostile or misread document must not stop at the store."""
    library = SqlLibrary(path)
    document = a_document(facts=[a_fact("d", "支出", "1 万元"), a_fact("d", "支出", "2 万元")])
    library.add(document)
    assert library.get(document.id).facts == document.facts == library.find_facts()


def test_a_full_disk_leaves_the_store_as_it_was(path: Path) -> None:
    library = SqlLibrary(path)
    library.add(a_document("甲"))
    before = library.version()
    with sqlite3.connect(path) as raw:
        pages = raw.execute("PRAGMA page_count").fetchone()[0]
    pragma_on_connect(library, f"PRAGMA max_page_count={pages}")
    noise = "".join(chr(0x4E00 + (number * 7919) % 20000) for number in range(60_000))
    with pytest.raises(StoreFullError, match=r"“library.sqlite”.*磁盘已满.*腾出") as caught:
        library.add(a_document(noise))
    assert str(path.parent) not in caught.value.message
    assert [summary.id for summary in library.summaries()] == [a_document("甲").id]
    assert library.version() == before
    assert library.get(a_document("甲").id) == a_document("甲")


def test_a_full_disk_keeps_no_half_of_a_draft(path: Path) -> None:
    library = SqlLibrary(path)
    drafts = SqlDrafts(library)
    drafts.keep(DRAFT)
    with sqlite3.connect(path) as raw:
        pages = raw.execute("PRAGMA page_count").fetchone()[0]
    pragma_on_connect(library, f"PRAGMA max_page_count={pages}")
    for id in ("f1", "f2"):  # noqa: A001 - the name of the field
        with pytest.raises(StoreFullError, match="磁盘已满"):
            drafts.keep(replace(DRAFT, id=id, body="文" * 60_000))
    assert [(each.id, len(each.versions)) for each in drafts.summaries()] == [("f1", 1)]


def test_drafts_of_a_store_that_refuses_writing_are_read(path: Path) -> None:
    library = SqlLibrary(path)
    drafts = SqlDrafts(library)
    kept = drafts.keep(DRAFT)
    pragma_on_connect(library, "PRAGMA query_only=ON")
    with pytest.raises(StoreReadOnlyError, match="只读"):
        drafts.keep(DRAFT)
    with pytest.raises(StoreReadOnlyError, match="只读"):
        drafts.approve("f1", 1, at="2024", by="甲")
    assert drafts.find("f1") == kept


def test_threads_that_keep_versions_of_one_draft_get_a_number_each(path: Path) -> None:
    drafts = SqlDrafts(SqlLibrary(path))
    numbers: list[int] = []
    threads = [threading.Thread(target=lambda: numbers.append(drafts.keep(DRAFT).made.version)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(numbers) == list(range(1, 9))


def test_a_store_that_refuses_writing_says_so_and_answers_are_lost_silently(path: Path) -> None:
    library = SqlLibrary(path)
    library.add(a_document("甲"))
    pragma_on_connect(library, "PRAGMA query_only=ON")
    for change in (lambda: library.add(a_document("乙")), lambda: library.remove(a_document("甲").id)):
        with pytest.raises(StoreReadOnlyError, match=r"“library.sqlite”.*只读.*写权限"):
            change()
    library.keep(ANSWER)
    assert library.find("a1") is None
    assert library.get(a_document("甲").id) == a_document("甲")


def test_a_read_only_file_is_read(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Root may write everywhere, so the answer of the operating system is set here."""
    SqlLibrary(path).add(a_document())
    monkeypatch.setattr("os.access", lambda *_: False)
    library = SqlLibrary(path)
    assert library.read_only
    assert library.get(a_document().id) == a_document()
    with pytest.raises(StoreReadOnlyError):
        library.add(a_document("乙"))
    library.keep(ANSWER)
    assert library.find("a1") is None


def test_an_old_store_that_cannot_be_written_asks_for_writing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_store_of_version_1(path)
    monkeypatch.setattr("os.access", lambda *_: False)
    with pytest.raises(StoreReadOnlyError, match="升级"):
        SqlLibrary(path)


def test_a_file_that_is_no_store_is_refused(path: Path) -> None:
    path.write_text("这不是数据库。" * 400, encoding="utf-8")
    with pytest.raises(StoreError, match=r"“library.sqlite”已损坏"):
        SqlLibrary(path)


def test_a_writer_waits_for_another_and_then_gives_up(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrations, "BUSY_TIMEOUT_S", 0)
    library = SqlLibrary(path)
    with sqlite3.connect(path, isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        assert library.summaries() == ()
        with pytest.raises(StoreError, match="另一个进程"):
            library.add(a_document())
        other.execute("ROLLBACK")
    library.add(a_document())


def test_threads_read_and_write_at_once(path: Path) -> None:
    library = SqlLibrary(path)
    failures: list[Exception] = []

    def work(number: int) -> None:
        try:
            for step in range(5):
                document = a_document(f"{number}-{step}", name=f"{number}-{step}")
                library.add(document)
                assert library.get(document.id) == document
                library.summaries()
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(library.summaries()) == 30


def test_the_schema_described_is_the_schema_migrated_to(path: Path) -> None:
    SqlLibrary(path)
    migrated = inspect(create_engine(f"sqlite:///{path}"))
    assert set(migrated.get_table_names()) == set(METADATA.tables)
    for name, table in METADATA.tables.items():
        found = [(it["name"], str(it["type"]), bool(it["nullable"])) for it in migrated.get_columns(name)]
        described = [(it.name, str(it.type), bool(it.nullable)) for it in table.columns]
        assert found == described
        assert {it["name"] for it in migrated.get_indexes(name)} == {it.name for it in table.indexes}


def test_a_version_1_store_is_migrated_with_its_documents(path: Path) -> None:
    make_store_of_version_1(path)
    library = SqlLibrary(path)
    assert library.get(a_document().id) == a_document()
    library.keep(ANSWER)
    assert library.find("a1") == ANSWER
    assert SqlDrafts(library).keep(DRAFT).made.version == 1
    with sqlite3.connect(path) as raw:
        assert raw.execute("SELECT version, name FROM schema_version ORDER BY version").fetchall() == [
            (1, "create-library"),
            (2, "keep-answers"),
            (3, "keep-pages"),
            (4, "keep-drafts"),
            (5, "keep-conversations"),
            (6, "keep-checks"),
        ]
    assert SqlChecks(library).summaries() == ()


def test_a_migration_that_fails_changes_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_store_of_version_1(path)

    def half(connection: object) -> None:
        migrations._keep_answers(connection)  # type: ignore[arg-type]
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(migrations, "MIGRATIONS", (migrations.MIGRATIONS[0], ("keep-answers", half)))
    with pytest.raises(StoreFullError):
        SqlLibrary(path)
    monkeypatch.undo()
    assert SqlLibrary(path).get(a_document().id) == a_document()


def test_a_newer_store_is_refused(path: Path) -> None:
    SqlLibrary(path).close()
    with sqlite3.connect(path) as raw:
        raw.execute("INSERT INTO schema_version VALUES (?, 'later')", (LATEST + 1,))
    with pytest.raises(StoreVersionError, match="升级本程序"):
        SqlLibrary(path)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (OSError(errno.ENOSPC, "No space"), StoreFullError),
        (OSError(errno.EROFS, "Read-only"), StoreReadOnlyError),
        (PermissionError(errno.EACCES, "denied"), StoreReadOnlyError),
        (OSError(errno.EIO, "/secret/path"), StoreError),
    ],
)
def test_errors_of_the_system_are_told_without_folders(error: OSError, kind: type[StoreError]) -> None:
    told = store_error(error, "library.sqlite")
    assert type(told) is kind
    assert "library.sqlite" in told.message
    assert "/" not in told.message


def make_store_of_version_1(path: Path) -> None:
    """Write the store that the first release wrote: no answers, no index of facts by coordinate."""
    full = path.with_name("full.sqlite")
    library = SqlLibrary(full)
    library.add(a_document())
    library.close()
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        migrate(connection, path.name, upto=1)
        assert not inspect(connection).has_table("answers")
    engine.dispose()
    with sqlite3.connect(path) as raw:
        raw.execute("ATTACH ? AS full", (str(full),))
        for table in ("documents", "contents", "facts"):
            columns = ", ".join(row[1] for row in raw.execute(f"PRAGMA main.table_info({table})"))
            raw.execute(f"INSERT INTO main.{table} ({columns}) SELECT {columns} FROM full.{table}")  # noqa: S608
