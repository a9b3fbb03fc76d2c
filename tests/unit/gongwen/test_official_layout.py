"""The layout file: what the package ships is right, and what somebody broke is named."""

from __future__ import annotations

from importlib.resources import files

import pytest

from service.adapters.gongwen.layout import parse_layout, read_layout, twips
from service.adapters.gongwen.titles import _lines, line_length, width_of
from service.domain.errors import ConfigurationError

SHIPPED = (files("service.adapters.gongwen") / "layout.toml").read_text("utf-8")


def test_the_text_area_is_156_by_225_millimetres() -> None:
    """GB/T 9704—2012, 5.2.1."""
    layout = read_layout()

    assert abs(layout.text_width - twips(156)) <= 1
    assert abs(layout.page["height"] - layout.page["top"] - layout.page["bottom"] - twips(225)) <= 1
    assert abs(sum(layout.source_widths) - twips(156)) <= 3
    assert float(28 * (layout.styles["Normal"].size + layout.spacing)) == pytest.approx(layout.text_width / 20)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("[page]", "[page"),
        ("width = 210", "breadth = 210"),
        ("width = 210", 'width = "宽"'),
        ('align = "both"', 'align = "两端"'),
        ("characters = 28", "characters = 0"),
        ("[styles.Normal]", "[styles.Body]"),
        ("size = 22", 'size = 22\ncolour = "red"'),
    ],
)
def test_a_broken_layout_is_named(old: str, new: str) -> None:
    assert old in SHIPPED

    with pytest.raises(ConfigurationError, match=r"layout\.toml"):
        parse_layout(SHIPPED.replace(old, new, 1))


def test_a_layout_can_be_changed() -> None:
    changed = parse_layout(SHIPPED.replace('font = "仿宋_GB2312"', 'font = "仿宋"', 1))

    assert changed.styles["Normal"].font == "仿宋"


@pytest.mark.parametrize(
    ("title", "entity", "lines"),
    [
        ("云溪市示例局2024年度部门预算情况说明", "云溪市示例局", ["云溪市示例局2024年度部门预算情况说明"]),
        (
            "云溪市示例区委员会办公室2024年度部门预算情况说明", "云溪市示例区委员会办公室",
            ["云溪市示例区委员会办公室", "2024年度部门预算情况说明"],
        ),
        (
            "云溪市示例局关于2024年度部门预算和政府性基金预算的情况说明", "云溪市示例局",
            ["云溪市示例局关于2024年度部门预算和", "政府性基金预算的情况说明"],
        ),
    ],
)  # fmt: skip
def test_titles_break_between_words(title: str, entity: str, lines: list[str]) -> None:
    length = line_length(title, entity, read_layout())

    assert _lines(title, length) == lines


@pytest.mark.parametrize("title", ["", "支", "支" * 21, "支" * 5000, "（" * 50, "2024" * 30, "a" * 70, "“”" * 30])
def test_any_title_has_a_line_length(title: str) -> None:
    layout = read_layout()

    length = line_length(title, "", layout)

    assert 0 < length <= layout.title_characters
    assert "".join(_lines(title[:200], length)) == title[:200]


def test_letters_are_half_as_wide() -> None:
    assert width_of("支出") == 2
    assert width_of("2024") == 2
    assert width_of("2024年") == 3.25
