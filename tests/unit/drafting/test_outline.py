"""A section is drafted from figures and the document's own reasons; what is not known stays open."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from service.asking.reading import own_members
from service.calculation.formula import Reference
from service.calculation.scope import Scope
from service.domain.document import Document, StatedReason
from service.drafting.outline import Draft, Drafter, find_section
from service.vocabulary.vocabulary import Vocabulary
from tests.samples import ENTITY, Sample, read_sample

Drafting = Callable[[Document, str], Draft]


@pytest.fixture(scope="module")
def draft(vocabulary: Vocabulary) -> Drafting:
    """Draft the section that a wording names, over one document."""

    def make(document: Document, wording: str) -> Draft:
        scope = Scope(
            document.facts, vocabulary, own_members([document], vocabulary.questions["short"]),
            year=document.year, stage=document.stage, table_kinds={},
        )  # fmt: skip

        def reasons(reference: Reference) -> Sequence[StatedReason]:
            wanted = scope.resolve(reference)
            return [
                r for r in document.reasons
                if (r.coordinate.measure, dict(r.coordinate.members)) == (wanted.measure, wanted.members)
            ]  # fmt: skip

        section = find_section(vocabulary.outlines, wording)
        assert section is not None
        return Drafter(scope, document.entity, reasons, document.findings).draft(section)

    return make


@pytest.mark.parametrize(
    ("wording", "title"),
    [
        ("写一段三公经费说明", "“三公”经费支出情况说明"),
        ("帮我写收支总体情况说明", "收入支出预算总体情况说明"),
        ("写财政拨款收入支出预算总体情况", "财政拨款收入支出预算总体情况说明"),
        ("写机构运转经费那一条", "机构运转经费"),
        ("起草一般公共预算基本支出情况说明", "一般公共预算基本支出情况说明"),
    ],
)
def test_a_wording_names_a_section(vocabulary: Vocabulary, wording: str, title: str) -> None:
    """The longest name contained in the wording wins."""
    section = find_section(vocabulary.outlines, wording)

    assert section is not None
    assert section["title"] == title


def test_a_wording_that_names_none(vocabulary: Vocabulary) -> None:
    """Nothing is drafted for a section that no outline has."""
    assert find_section(vocabulary.outlines, "写一首诗") is None


def test_every_figure_is_bound(draft: Drafting, seed: Document) -> None:
    """Figures in the text are those of the evaluations, rounded once."""
    made = draft(seed, "支出预算总体情况说明")
    shown = {f"{e.shown.number}{e.shown.unit.symbol}" for _, e in made.figures if e.shown}

    assert made.text == (
        "新乡市红旗区委员会办公室2024年支出合计950.47万元，其中：基本支出537.27万元，占56.53%；项目支出413.20万元，占43.47%。"
    )
    assert shown == {"950.47万元", "537.27万元", "56.53%", "413.20万元", "43.47%"}
    assert not made.gaps


def test_changes_have_direction_and_rate(draft: Drafting, sample: Document) -> None:
    """A change against the year before is told with its direction, its rate and the stated reason."""
    made = draft(sample, "收支总体情况说明")

    assert "收入比2023年减少20.00万元，下降7.71%，主要原因：一次性安排的古籍普查已经完成" in made.text
    assert len(made.reasons) == 2


def test_without_a_reason_it_stays_open(draft: Drafting, sample: Document) -> None:
    """A reason is never made up: the gap is marked for a person to fill."""
    made = draft(replace(sample, reasons=()), "收支总体情况说明")

    assert "主要原因：【待补充：" in made.text
    assert len(made.gaps) == 2


def test_without_the_year_before_nothing_is_compared(draft: Drafting, sample: Document) -> None:
    """Where the earlier figure is not known, a gap says so and no rate is given."""
    facts = tuple(f for f in sample.facts if f.coordinate.year == 2024)
    made = draft(replace(sample, facts=facts), "收支总体情况说明")

    assert "【待补充：2023年收入及增减】" in made.text
    assert "下降" not in made.text


def test_a_reason_that_the_figures_contradict_is_left_out(draft: Drafting, seed: Document) -> None:
    """有公务接待需求 does not explain a rise when 公务接待费 stayed at 0."""
    made = draft(seed, "三公经费说明")

    assert "有公务接待需求" not in made.text
    assert "外出考察、调研增多" in made.text
    assert any("有公务接待需求" in part for part in made.left_out)
    assert "公务接待费0万元，与上年持平" in made.text


def test_nothing_spent_has_its_own_words(draft: Drafting, seed: Document) -> None:
    """A government fund without money is told as such."""
    assert "没有使用政府性基金预算拨款安排的支出" in draft(seed, "政府性基金说明").text


def test_every_section_can_be_drafted(draft: Drafting, seed: Document, vocabulary: Vocabulary) -> None:
    """All sections of the outline are filled on the seed: no slot is left over."""
    sections: list[Any] = [s for outline in vocabulary.outlines.values() for s in outline["section"]]

    assert len(sections) == 13
    for section in sections:
        made = draft(seed, section["title"])
        assert made.title == section["title"]
        assert "{" not in made.text
        assert not [g for g in made.gaps if "原因" not in g], section["title"]


@pytest.mark.parametrize("amount", ["0.01", "20.00", "500.00"])
def test_other_years_and_amounts_follow(draft: Drafting, vocabulary: Vocabulary, amount: str) -> None:
    """The draft follows the document, whatever its year and figures."""
    made = draft(read_sample(Sample(year=2027, cut=Decimal(amount)), vocabulary), "收支总体情况说明")

    assert made.text.startswith(f"{ENTITY}2027年收入总计239.25万元")
    assert f"比2026年减少{amount}万元" in made.text
