"""Places in running text, gathered so that one kind of slip is one finding."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from service.checking.material import Material
from service.domain.fact import Source
from service.domain.finding import Finding, Severity
from service.domain.paragraph import Paragraph


@dataclass(frozen=True, slots=True)
class Spot:
    """A piece of a paragraph.

    Attributes:
        paragraph: Where it stands.
        start: Position in the paragraph's text.
        end: Position after it, at least one further.
    """

    paragraph: Paragraph
    start: int
    end: int

    @property
    def said(self) -> str:
        """The characters themselves."""
        return self.paragraph.text[self.start : self.end]

    def source(self, document: str) -> Source:
        """Return its place, with the sentence around it as quote."""
        text = self.paragraph.text
        begin = max(text.rfind(c, 0, self.start) for c in "。；") + 1
        stops = [i for i in (text.find(c, self.end) for c in "。；") if i >= 0]
        end = min(stops) + 1 if stops else len(text)
        quote = text[begin:end]
        return self.paragraph.source(document, self.start, self.end, quote=quote, title=self.paragraph.heading)


def grouped(
    material: Material, code: str, severity: Severity, message: str, spots: Sequence[Spot], *, stated: str = "",
    expected: str = "",
) -> Iterator[Finding]:  # fmt: skip
    """Yield one finding for all *spots*, none where there is none.

    Args:
        material: For the document.
        code: Code of the finding.
        severity: How much it matters.
        message: What is wrong and what to write; the number of places is added.
        spots: The places, in the order of the text.
        stated: What is printed; the first place's words where it is not given.
        expected: What should be printed.
    """
    if not spots:
        return
    count = f"（共{len(spots)}处）" if len(spots) > 1 else ""
    yield Finding(
        code, severity, f"{message}{count}", tuple(s.source(material.text.id) for s in spots),
        stated=stated or spots[0].said, expected=expected,
    )  # fmt: skip


def body(material: Material, *, recognised: bool = False) -> Iterator[Paragraph]:
    """Yield the paragraphs that say something: no contents, and text recognised from an image only if asked for."""
    for paragraph in material.text.paragraphs:
        if paragraph.text and not paragraph.in_contents and (recognised or not by_ocr(paragraph)):
            yield paragraph


def by_ocr(paragraph: Paragraph) -> bool:
    """Whether its characters were recognised from an image, which makes slips of its own."""
    return paragraph.page_at(0) in paragraph.pages.recognised


def is_glossary(paragraph: Paragraph) -> bool:
    """Whether it explains terms (名词解释), whose figures and words are nobody's."""
    return any("名词解释" in h or "注释" in h for h in paragraph.section)


def is_about_duties(paragraph: Paragraph) -> bool:
    """Whether it tells duties, plans or how a project came about, which is no account of money."""
    marks = ("职责", "职能", "依据", "主要工作", "工作任务", "重点工作", "机构设置", "实施方案", "概述", "项目概况")
    return any(w in h for h in paragraph.section for w in marks)
