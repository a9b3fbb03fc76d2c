"""What a check found, written into the file it was found in."""

from __future__ import annotations

from service.adapters.annotating.marks import marks_of
from service.adapters.readers.kinds import Kind, kind_of
from service.adapters.readers.limits import damaged
from service.application import Checked
from service.check_report import explained, report_to_dict
from service.checks import Annotates
from service.domain.check import finding_id
from service.domain.errors import InvalidInputError, SourceDocumentError
from service.rendering import Json


def annotates(data: bytes, name: str) -> Annotates:
    """Tell whether comments (``docx``) or highlights (``pdf``) can be written into a file, "" where neither can."""
    kind = kind_of(data, name)
    return "docx" if kind is Kind.WORD else "pdf" if kind is Kind.PDF else ""


def page_places(checked: Checked) -> list[Json]:
    """Return where findings are seen on the pages of a PDF: ``finding``, ``page`` and ``boxes``.

    A box is left, top, right and bottom as parts of the page's width and height. Findings whose place is not found
    (a scanned page, one about the whole file) are left out; of a file that is no PDF, all are.
    """
    from service.adapters.annotating.pdf import seen_at

    if annotates(checked.data, checked.document.name) != "pdf":
        return []
    found = seen_at(checked.data, marks_of(checked))
    return [
        {"finding": finding_id(number), "page": seen.page, "boxes": [list(box) for box in seen.boxes]}
        for number, seen in enumerate(found)
        if seen is not None
    ]


class FileAnnotator:
    """Comments in Word documents, highlights in PDFs."""

    def word(self, checked: Checked) -> bytes:
        """Return the text with comments; a report in a document of its own where the text is no DOCX.

        Raises:
            SourceDocumentError: The file is damaged in a part that reading does not touch.
        """
        from service.adapters.annotating.report_document import report_to_word
        from service.adapters.annotating.word import comment_on

        if kind_of(checked.data, checked.document.name) is not Kind.WORD:
            said = report_to_dict(checked.report, text=checked.document.text, ms=checked.ms)
            return report_to_word(explained(said, checked.accepted) if checked.accepted else said)
        try:
            return comment_on(checked.data, checked.document.name, marks_of(checked))
        except SourceDocumentError:
            raise
        except Exception as error:  # whatever a library raises on a damaged part
            raise damaged(checked.document.name) from error

    def pdf(self, checked: Checked) -> bytes:
        """Return the text with highlights and notes.

        Raises:
            InvalidInputError: The text is no PDF.
            SourceDocumentError: The file is too damaged to be written again.
        """
        from service.adapters.annotating.pdf import highlight

        if kind_of(checked.data, checked.document.name) is not Kind.PDF:
            raise InvalidInputError(
                f"“{checked.document.name}”不是PDF，不能写成带批注的PDF。请改用 docx（Word批注或Word报告）或 html（网页）格式。"
            )
        return highlight(checked.data, checked.document.name, marks_of(checked))
