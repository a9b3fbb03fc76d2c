"""The suite of drafts: what it counts as reproduced, as open and as unsupported, and what it damages."""

from __future__ import annotations

from dataclasses import replace

import pytest

from evals import drafting
from evals.drafting_mutations import mutations_of, try_all
from evals.drafting_pairs import Clause, draft_clauses, figures_in, pairs, unbound, word_difference
from service.domain.coordinate import Stage
from service.drafting.draft import Draft, DraftFigure, Paragraph, Section, Sentence

TEXT = "支出合计950.47万元，其中：基本支出537.27万元，占56.53%。"


def a_figure(text: str, within: str = TEXT, formula: str = "支出", how: str = "printed") -> DraftFigure:
    """Return the figure of a sentence."""
    at = within.index(text)
    digits = text.rstrip("万元%")
    return DraftFigure(at, at + len(text), text, "2024年支出", digits, text[len(digits) :], digits, formula, "", how)


def a_draft(*figures: DraftFigure, text: str = TEXT) -> Draft:
    """Return a draft of one sentence."""
    section = Section("三、", "支出预算总体情况说明", 1, (Paragraph((Sentence("S1", text, figures),)),))
    return Draft("说明", "云溪市示例局", 2024, Stage.BUDGET, "提纲", "预算数", (section,))


@pytest.fixture(scope="module")
def bound() -> Draft:
    """A draft whose figures all rest on something."""
    return a_draft(*(a_figure(t) for t in ("950.47万元", "537.27万元", "56.53%")))


def test_fixed_words_hold_no_figure() -> None:
    """50万元以上 is a word of the outline; 持平 is a figure."""
    found = figures_in("单价50万元以上通用设备3台（套），与上年持平，【待补充：2023年收入】。")

    assert [f.text.removesuffix("（套）") for f in found] == ["3台", "持平"]


def _clause(text: str) -> Clause:
    return Clause(text, "三、支出预算总体情况说明", figures_in(text), text.count("【待补充"))


@pytest.mark.parametrize(
    ("published", "drafted", "counts"),
    [
        ("支出合计950.47万元，占100%。", "支出合计950.47万元，占100%。", (2, 0, 0, 0)),
        ("支出合计950.5万元。", "支出合计950.47万元。", (1, 0, 0, 0)),
        ("支出合计950.47万元。", "支出合计950.74万元。", (0, 0, 1, 0)),
        ("支出合计0.30万元。", "支出合计0.25万元。", (0, 0, 1, 0)),
        ("车辆5辆，其中一般公务用车5辆。", "车辆【待补充：车辆】，其中一般公务用车【待补充：一般公务用车】。", (0, 2, 0, 0)),
        ("基金支出增加0万元，与上年持平。", "基金支出与上年持平。", (1, 0, 0, 1)),
        ("因公出国费预算数与上年持平，均为0万元。", "完全是另外一回事的句子1.00万元。", (0, 0, 0, 2)),
    ],
)
def test_a_published_figure_is_the_same_open_another_or_missing(
    published: str, drafted: str, counts: tuple[int, ...]
) -> None:
    """Each figure of a published clause is one of the four."""
    (pair,) = pairs([_clause(published)], [_clause(drafted)])

    assert (len(pair.same), len(pair.open), len(pair.other), len(pair.missing)) == counts


def test_a_draft_without_loose_figures(bound: Draft) -> None:
    """Every figure bound: nothing to tell."""
    assert unbound(bound) == []


@pytest.mark.parametrize(
    "figures",
    [
        [a_figure("950.47万元"), a_figure("537.27万元")],
        [a_figure("950.47万元"), a_figure("537.27万元"), a_figure("56.53%", formula="")],
        [a_figure("950.47万元"), a_figure("537.27万元"), replace(a_figure("56.53%"), start=0, end=6)],
    ],
)
def test_a_figure_that_rests_on_nothing_is_told(figures: list[DraftFigure]) -> None:
    """Not bound, without formula, or bound to other characters."""
    assert "56.53%" in unbound(a_draft(*figures))


def test_what_a_person_gave_needs_no_formula() -> None:
    """It has a giver."""
    text = "政府采购12.30万元。"

    assert unbound(a_draft(a_figure("12.30万元", text, "", "person"), text=text)) == []


def test_words_are_compared_without_figures_and_spaces() -> None:
    """The wording differs, the figures are told elsewhere."""
    assert word_difference("收入降低 23.04%。", "收入下降 23.04%。") == ["降低→下降"]


def test_every_figure_is_damaged_and_noticed(bound: Draft) -> None:
    """Digits, order, unit and the figure itself."""
    kinds = {m.kind for m in mutations_of(bound)}
    caught = try_all(bound)

    assert kinds == {"digit", "swap", "unit", "delete"}
    assert all(TEXT not in m.texts for m in mutations_of(bound))
    assert caught.noticed == caught.tried
    assert caught.missed == []


def test_the_seed_is_drafted_with_nothing_unsupported() -> None:
    """Figures of the published sections come from tables and stated changes, the rest stays open."""
    written = drafting.written_seed()
    quoting = drafting.written_seed(quote=True)

    assert written.draft is not None
    assert unbound(written.draft) == []
    assert written.errors() == []
    assert [f.message for f in written.back if f.severity.value == "error"] == []
    assert written.count("other") == quoting.count("other") == 0
    assert quoting.count("same") > written.count("same") > quoting.published * 3 // 4
    assert quoting.count("open") == 0
    assert draft_clauses(written.draft)
