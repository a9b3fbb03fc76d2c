"""Names lead to members, titles to standard tables, headings to what they fix."""

from __future__ import annotations

import pytest

from service.vocabulary.members import Member
from service.vocabulary.names import fold, fold_with_offsets
from service.vocabulary.spotting import DIMENSION, MEASURE, Spotter
from service.vocabulary.vocabulary import Vocabulary


@pytest.mark.parametrize(
    ("name", "dimension", "member"),
    [
        ("“三公”经费", MEASURE, "三公经费"), ("人头费", "nature", "人员经费"), ("招待费", "item", "公务接待费"),
        ("政府 性基 金", "fund", "政府性基金"), ("2013101", "function", "2013101"), ("其他交通费用", "economic", "30239"),
    ],
)  # fmt: skip
def test_a_name_leads_to_its_member(vocabulary: Vocabulary, name: str, dimension: str, member: str) -> None:
    """Printed, spoken and coded names are found, layout spaces and quotes aside."""
    found = Spotter(vocabulary).spot(f"请问{name}多少")

    assert (dimension, member) in [t for m in found for t in m.targets]


def test_the_longest_name_wins(vocabulary: Vocabulary) -> None:
    """公务用车购置及运行费 is one name, not 公务用车购置 and the rest."""
    (found,) = [m for m in Spotter(vocabulary).spot("公务用车购置及运行费多少") if m.targets[0][0] != DIMENSION]

    assert found.text == "公务用车购置及运行费"


def test_mentions_stand_where_they_are_written(vocabulary: Vocabulary) -> None:
    """Offsets of a mention slice to its text, in spite of folding."""
    text = "其中，“三公” 经费和 一般公共预算（类）支出"

    for mention in Spotter(vocabulary).spot(text):
        assert text[mention.start : mention.end] == mention.text


def test_prose_is_read_without_spoken_names(vocabulary: Vocabulary) -> None:
    """接待 in a sentence is a verb, not 公务接待费."""
    assert not [m for m in Spotter(vocabulary, colloquial=False).spot("负责接待工作") if m.target("item")]


def test_a_documents_own_names_are_found(vocabulary: Vocabulary) -> None:
    """Projects and units are known beside the fixed names, also by their short names."""
    own = (Member("project", "古籍修复专项经费", "古籍修复专项经费", say=("古籍修复",)),)

    assert Spotter(vocabulary, own).spot("古籍修复多少钱")[0].target("project") == "古籍修复专项经费"


def test_a_code_inside_a_longer_number_is_none(vocabulary: Vocabulary) -> None:
    """20131 within a project code names no function."""
    assert not [m for m in Spotter(vocabulary).spot("项目41072013101999") if m.target("function")]


@pytest.mark.parametrize(
    ("title", "key"),
    [
        ("2024年部门收支总体情况表", "B1"), ("2024 年度一般公共预算“三公”经费支出情况表", "B7"),
        ("2023年一般公共预算支出情况表（按功能分类科目）", "B5"), ("财政拨款收支总体情况表", "B4"),
        ("支出经济分类汇总表", "B11"), ("部门整体绩效目标表(2024年度)", "B12"), ("国有资产明细表", None),
    ],
)  # fmt: skip
def test_titles_lead_to_standard_tables(vocabulary: Vocabulary, title: str, key: str | None) -> None:
    """The longest catalogued title contained in the printed one wins; an unknown one leads to none."""
    found = vocabulary.catalogue.recognise(title)

    assert (found.key if found else None) == key


def test_headings_fix_what_stands_below(vocabulary: Vocabulary) -> None:
    """Below 一般公共预算基本支出情况 every figure is of that fund and nature."""
    section = vocabulary.catalogue.section("六、一般公共预算基本支出情况说明")

    assert section is not None
    assert dict(section.fixed) == {"fund": "一般公共预算", "nature": "基本支出"}
    assert vocabulary.catalogue.section("十、其他") is None


def test_every_member_lies_within_its_ancestors(vocabulary: Vocabulary) -> None:
    """The hierarchy has no loops and every parent exists."""
    for dimension, member in vocabulary.members.by_id:
        above = vocabulary.ancestors(dimension, member)
        assert member not in above
        assert all((dimension, a) in vocabulary.members.by_id for a in above)
        assert all(vocabulary.is_within(dimension, member, a) for a in above)


def test_equivalences_name_known_members(vocabulary: Vocabulary) -> None:
    """Both sides of an equivalence exist."""
    for equivalence in vocabulary.equivalences:
        for dimension, member in (equivalence.member, *equivalence.same_as):
            assert vocabulary.member(dimension, member) is not None, (dimension, member)


def test_folding_is_done_once(vocabulary: Vocabulary) -> None:
    """A folded name folds to itself, and folded text keeps an offset per character."""
    for name in ("“三公” 经费：", "（二十）自然资源", "Ａ类 １２"):
        assert fold(fold(name)) == fold(name)
        folded, offsets = fold_with_offsets(name)
        assert len(folded) == len(offsets)
