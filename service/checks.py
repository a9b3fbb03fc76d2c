"""What a caller can do with checks that are kept: look at one again, say that a finding may stand, take it away."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Literal, TypeVar

from service.application import Checked
from service.check_report import acceptance_to_dict, explained, head_of, listed, report_to_dict, report_to_markdown
from service.check_view import report_to_html
from service.checking.sums import ARITHMETIC_CODES
from service.domain.check import Acceptance, finding_id
from service.domain.errors import InvalidInputError, MissingCheckError, MissingDocumentError
from service.ports import CheckToKeep, CitedTable
from service.presenting.identity_view import identity_view
from service.rendering import Json, table_to_dict, to_json

if TYPE_CHECKING:
    from service.application import Application
    from service.domain.check import CheckReport
    from service.domain.document import Document
    from service.ports import CheckStore, Clock, KeptCheck

#: Longest reason and longest name in characters.
LONGEST_REASON, LONGEST_NAME = 500, 50
#: What can be made of a kept check.
Format = Literal["md", "html", "docx", "pdf", "json"]
#: What can be written into the file that was checked, by the kind of file; "" where nothing can.
Annotates = Literal["docx", "pdf", ""]

_Part = TypeVar("_Part")


@dataclass(frozen=True, slots=True)
class CheckFile:
    """A kept check as a file.

    Attributes:
        name: File name of what was checked.
        data: The bytes of the file made of it.
    """

    name: str
    data: bytes


class Checks:
    """Checks of a store. Built by `service.bootstrap`; holds no state of its own.

    Args:
        application: Annotates files and draws pages.
        store: Where checks are kept.
        clock: The time.
        annotates: Tells from bytes and name of a file whether comments (``docx``) or highlights (``pdf``) can be
            written into it.
        view: Returns the text of a document in blocks, for reading.
        word: Returns a report as a Word document.
        places: Returns where findings are seen on the pages of a PDF.
    """

    def __init__(
        self, *, application: Application, store: CheckStore, clock: Clock, annotates: Callable[[bytes, str], Annotates],
        view: Callable[[Document], list[Json]], word: Callable[[Json], bytes],
        places: Callable[[Checked], list[Json]],
    ) -> None:  # fmt: skip
        self._application = application
        self._store = store
        self._clock = clock
        self._annotates = annotates
        self._view = view
        self._word = word
        self._places = places

    def keep(self, checked: Checked) -> Json:
        """Keep what `Application.check` returned; return it as `find` does.

        Raises:
            StoreError: The store cannot be written.
        """
        report, name = checked.report, checked.report.name
        said = report_to_dict(report, text=checked.document.text, ms=checked.ms)
        said["annotates"] = self._annotates(checked.data, name) or None
        check = CheckToKeep(
            uuid.uuid4().hex[:12], name, self._clock.now(), to_json(head_of(said)), to_json(said), report,
            checked.document, _cited(checked), checked.data,
        )  # fmt: skip
        self._store.keep(check)
        return _kept(check.id, check.created_at, said, ())

    def recent(self, limit: int = 50, ids: Sequence[str] = ()) -> list[Json]:
        """Return what is known of the checks of *ids* (all where it is empty), newest first."""
        return [
            {"id": each.id, "name": each.name, "created_at": each.created_at}
            | listed(json.loads(each.head), each.accepted)
            for each in self._store.summaries(ids=ids, limit=limit)
        ]

    def find(self, check_id: str) -> Json:
        """Return the whole report of a check with the ids of its findings and what people say of them.

        Raises:
            MissingCheckError: There is none of that id.
        """
        kept = self._known(check_id)
        return _kept(kept.id, kept.created_at, json.loads(_there(self._store.said(check_id), check_id)), kept.accepted)

    def remove(self, check_id: str) -> None:
        """Remove a check with the file that was checked.

        Raises:
            MissingCheckError: There is none of that id.
            StoreError: The store cannot be written.
        """
        if not self._store.remove(check_id):
            raise _missing(check_id)

    def marks(self, check_id: str) -> list[Json]:
        """Return what people say of the findings of a check, in the order of the findings.

        Raises:
            MissingCheckError: There is none of that id.
        """
        return [acceptance_to_dict(each) for each in self._known(check_id).accepted]

    def accept(self, check_id: str, finding: str, reason: str, by: str) -> Json:
        """Note that a finding may stand, in place of what was noted of it before.

        Args:
            check_id: Of the check.
            finding: Id of the finding: ``F3``.
            reason: Why it may stand.
            by: Who says so.

        Raises:
            MissingCheckError: There is no such check, or no such finding in it.
            InvalidInputError: The reason or the name is empty.
            StoreError: The store cannot be written.
        """
        self._expect(check_id, finding)
        for said, of in ((reason, "理由"), (by, "姓名")):
            if not said.strip():
                raise InvalidInputError(f"请写明{of}，才能标为已说明。")
        acceptance = Acceptance(finding, reason.strip(), by.strip(), self._clock.now())
        if not self._store.accept(check_id, acceptance):
            raise _missing(check_id)
        return acceptance_to_dict(acceptance)

    def withdraw(self, check_id: str, finding: str) -> None:
        """Forget that a finding may stand; nothing happens where that was not noted.

        Raises:
            MissingCheckError: There is no such check, or no such finding in it.
            StoreError: The store cannot be written.
        """
        self._expect(check_id, finding)
        self._store.withdraw(check_id, finding)

    def content(self, check_id: str) -> list[Json]:
        """Return the text that was checked in blocks, for reading.

        Raises:
            MissingCheckError: There is none of that id.
        """
        return self._view(_there(self._store.document(check_id), check_id))

    def tables(self, check_id: str, document_id: str = "") -> list[Json]:
        """Return tables as the report found them.

        Args:
            check_id: Of the check.
            document_id: Tables of this document that the report names; "" for all tables of the file that was checked.

        Raises:
            MissingCheckError: There is no such check.
            MissingDocumentError: The report names no table of that document.
        """
        kept = self._known(check_id)
        if not document_id:
            return [table_to_dict(each) for each in _there(self._store.document(check_id), kept.id).tables]
        cited = _there(self._store.cited(check_id), check_id)
        found = [table_to_dict(each.table) for each in cited if each.document == document_id]
        if not found:
            raise MissingDocumentError("这次核对没有用到那份文件的表。请从核对结果里的“看出处”打开。")
        return found

    def contradictions(self, check_id: str) -> list[Json]:
        """Return the relations that fail within the tables of the file that was checked, as `identity_view` tells them.

        ``finding`` besides is the id of the first finding of the report on one of their cells, "" where the check made
        none of them: not every relation that was tried must hold.

        Raises:
            MissingCheckError: There is none of that id.
        """
        document = _there(self._store.document(check_id), check_id)
        findings = self.find(check_id)["findings"]
        failed = [each for each in identity_view(document) if each["verdict"] == "failed"]
        return [
            each | {"finding": _finding_on(each, findings, document.id)}
            for each in failed
            if all(figure["table"] for figure in (*each["left"], *each["right"]))
        ]

    def image(self, check_id: str, page: int, width: int) -> bytes:
        """Return a page of the PDF that was checked as a PNG.

        Raises:
            MissingCheckError: There is none of that id.
            InvalidInputError: It was no PDF, or has no such page.
        """
        return self._application.draw(_there(self._store.data(check_id), check_id), page, width)

    def places(self, check_id: str) -> list[Json]:
        """Return where the findings are seen on the pages of the PDF that was checked; of any other file, nothing.

        Raises:
            MissingCheckError: There is none of that id.
        """
        return self._places(self._checked(check_id))

    def file(self, check_id: str, form: Format, *, report: bool = False) -> CheckFile:
        """Return a check as a file: a report, or for ``docx`` and ``pdf`` the file itself with the findings in it.

        Args:
            check_id: Of the check.
            form: Its format; ``docx`` of a file that is no Word document is a report.
            report: Whether ``docx`` is to be a report all the same.

        Raises:
            MissingCheckError: There is none of that id.
            InvalidInputError: Nothing can be written into the file in that format; the message says what can be done.
        """
        if form == "pdf" or (form == "docx" and not report):
            return self._annotated(check_id, form)
        said = self.find(check_id)
        if form == "docx":
            return CheckFile(said["name"], self._word(said))
        if form == "json":
            return CheckFile(said["name"], to_json(said, indent=1).encode())
        made = report_to_markdown(said) if form == "md" else report_to_html(said)
        return CheckFile(said["name"], made.encode())

    def _annotated(self, check_id: str, form: str) -> CheckFile:
        checked = self._checked(check_id)
        return CheckFile(checked.report.name, self._application.annotated(checked, form))

    def _checked(self, check_id: str) -> Checked:
        kept = self._known(check_id)
        report: CheckReport = _there(self._store.report(check_id), check_id)
        document = _there(self._store.document(check_id), check_id)
        return Checked(report, document, _there(self._store.data(check_id), check_id), 0, accepted=kept.accepted)

    def _known(self, check_id: str) -> KeptCheck:
        return _there(self._store.find(check_id), check_id)

    def _expect(self, check_id: str, finding: str) -> None:
        head = json.loads(self._known(check_id).head)
        if finding not in set(map(finding_id, range(len(head["findings"])))):
            raise MissingCheckError(f"这次核对没有编号为“{finding[:16]}”的一条。请刷新页面后再试。")


def _finding_on(relation: Json, findings: Sequence[Json], document: str) -> str:
    """Return the id of the first finding on sums that names a cell of a relation, "" where there is none."""
    cells = {(each["table"], each["row"], each["column"]) for each in (*relation["left"], *relation["right"])}
    for finding in findings:
        own = [each for each in finding["places"] if each["document"] == document and each["table"]]
        named = {(each["table"], each["row_index"], each["column_index"]) for each in own}
        if finding["code"] in ARITHMETIC_CODES and named & cells:
            return str(finding["id"])
    return ""


def _kept(check_id: str, created_at: str, said: Json, accepted: Sequence[Acceptance]) -> Json:
    return {"id": check_id, "created_at": created_at} | explained(said, accepted)


def _cited(checked: Checked) -> tuple[CitedTable, ...]:
    """Return the tables of other documents that a report names as places."""
    findings = chain.from_iterable(each.sources for each in checked.report.findings)
    figures = chain.from_iterable(each.evidence for each in checked.report.figures)
    named = {(source.document, source.table) for source in chain(findings, figures) if source.table}
    consulted = {document.id: document for document in checked.consulted if document.id != checked.document.id}
    return tuple(
        CitedTable(document.id, document.title or document.name, table)
        for document in consulted.values()
        for table in document.tables
        if (document.id, table.id) in named
    )


def _there(part: _Part | None, check_id: str) -> _Part:
    """Return what a store found.

    Raises:
        MissingCheckError: It found nothing.
    """
    if part is None:
        raise _missing(check_id)
    return part


def _missing(check_id: str) -> MissingCheckError:
    return MissingCheckError(f"没有编号为“{check_id[:64]}”的核对，或已删除。请回到“核对”页，重新交来文件。")
