"""Paragraphs under headings, the table of contents, pages of quotes, the glossary."""

from __future__ import annotations

from service.domain.paragraph import Pages, Paragraph
from service.ingestion.blocks import TextLine
from service.ingestion.contents import read_contents
from service.ingestion.narrative import glossary_of
from service.ingestion.segments import paragraphs_of


def _lines(*texts: str, page: int = 0, whole: bool = True) -> list[TextLine]:
    out, start = [], 0
    for number, text in enumerate(texts, 1):
        out.append(TextLine(text, number, start, page, whole))
        start += len(text) + 1
    return out


def _outline(paragraphs: tuple[Paragraph, ...]) -> list[tuple[str, ...]]:
    return [p.section for p in paragraphs if p.is_heading]


def test_contents_with_leaders_and_unnumbered_headings() -> None:
    """Dotted leaders make contents; what they announce is a heading, with the department's name in front or not."""
    lines = _lines(
        "云溪市2026年市级部门预算", "目 录", "一、部门主要职能 ………………… 1", "二、名词解释 ………………… 2", "三、部门预算表 ……… 5",
        "云溪市示例局主要职能", "（一）拟订示例事业规划。", "名词解释", "（一）基本支出：指保障运转的支出。", "其他相关情况说明",
        "一、2026年“三公”经费预算情况说明", "2026年“三公”经费预算数为3万元。",
    )  # fmt: skip
    found = paragraphs_of(lines)

    assert [p.text for p in found if p.in_contents] == [
        "一、部门主要职能…………………1", "二、名词解释…………………2", "三、部门预算表………5",
    ]  # fmt: skip
    assert _outline(found) == [
        ("云溪市示例局主要职能",), ("名词解释",), ("其他相关情况说明",),
        ("其他相关情况说明", "一、2026年“三公”经费预算情况说明"),
    ]  # fmt: skip
    assert found[-1].section[-1].startswith("一、")


def test_contents_end_where_the_first_entry_comes_again() -> None:
    """Parts listed under 目录 are no headings until they stand in the text; a torn part heading is one."""
    found = paragraphs_of(
        _lines("目录", "第一部分 概况", "一、主要职责", "第二部分 2026年部门预算表", "第一部分", "概况", "一、主要职责", "负责示例工作。")
    )

    assert _outline(found) == [("第一部分 概况",), ("第一部分 概况", "一、主要职责")]
    assert found[-1].section == ("第一部分 概况", "一、主要职责")


def test_contents_without_their_title() -> None:
    """A run of headings that the text repeats is a table of contents."""
    entries = ["第一部分 编制说明", "一、基本职能", "二、收入情况", "三、支出情况", "四、政府采购情况", "五、其他公开信息"]
    lines = _lines("云溪市示例局2026年预算公开", *entries, *entries, "本局无其他公开信息。")

    assert read_contents(lines).lines == frozenset(range(1, 7))


def test_whole_paragraphs_are_neither_joined_nor_torn() -> None:
    """Lines of a text file that go on are one paragraph; whole paragraphs stay as they are."""
    first, second = "2026年支出预算安排一百万元用于保障本局各项工作正常运转所需", "的各项经费。"

    assert len(paragraphs_of(_lines(first, second))) == 2
    assert [p.text for p in paragraphs_of(_lines(first, second, whole=False))] == [first + second]


def test_a_heading_that_runs_into_its_paragraph() -> None:
    """「（一）收入预算：…」 opens a section that holds until the next."""
    found = paragraphs_of(
        _lines("二、部门收支总体情况", "（一）收入预算：2026年年初预算数45万元。", "上述收入含上年结转。", "（二）支出预算：2026年年初预算数45万元。")
    )

    assert [p.heading for p in found] == ["二、部门收支总体情况", "（一）收入预算", "（一）收入预算", "（二）支出预算"]


def test_a_quote_knows_its_page() -> None:
    """The page is that of the character, and there is no line beside it."""
    line = TextLine("本局2026年收入100万元，支出100万元。", 1, 0, 1, whole=True)
    (paragraph,) = paragraphs_of([line], Pages((0, 14), frozenset({2})))
    later = paragraph.source("D", 16, 18, quote="支出", title="")

    assert (paragraph.whole("D").page, paragraph.whole("D").by_ocr) == (1, False)
    assert (later.page, later.line, later.by_ocr, later.start, later.end) == (2, 0, True, 16, 18)


def test_glossary() -> None:
    """Numbers are stripped, quotes too; a definition goes on over paragraphs; what stands below tables is none."""
    found = glossary_of(
        paragraphs_of(
            _lines(
                "第三部分 名词解释", "一、“三公”经费：指三项经费。", "其中，公务接待费反映按规定开支的接待支出。", "（二）、基本支出：指为完成日常",
                "工作任务而发生的支出。", "项目支出，是指在基本支出之外的支出。", "注：本表为空表。", "附件：云溪市示例局预算表",
            )
        ),
        "D",
    )  # fmt: skip

    assert [e.term for e in found][:2] == ["“三公”经费", "基本支出"]
    assert found[0].text.endswith("接待支出。")
    assert found[1].text.startswith("指为完成日常工作任务而发生的支出。")
    assert "空表" not in "".join(e.text for e in found)
