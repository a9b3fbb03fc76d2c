"""A wording is held against the tables; what the rules' own text already looks like is not its fault."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from service.assisting.claims import contradicted
from service.domain.document import Document
from service.vocabulary.vocabulary import Vocabulary

OFFICE = "新乡市红旗区委员会办公室2024年"

Told = Callable[..., tuple[str, ...]]


@pytest.fixture(scope="module")
def told(seed: Document, vocabulary: Vocabulary) -> Told:
    """Return what the seed's tables speak against in a wording, given what the rules wrote."""
    return lambda text, by_rules="": contradicted(text, by_rules, (seed,), vocabulary)


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        (f"{OFFICE}收入为951.47万元。", ["951.47万元"]),
        (f"{OFFICE}支出为951.47万元。", ["951.47万元"]),
        (f"{OFFICE}项目支出537.27万元。", ["537.27万元"]),  # 基本支出's figure
        (f"{OFFICE}收入为-950.47万元。", ["-950.47万元"]),
        (f"{OFFICE}收入为950.47元。", ["950.47元"]),
        ("新乡市红旗区委员会办公室2023年收入为950.47万元。", ["950.47万元"]),
        (f"{OFFICE}收入为950.47万元，2023年为1235.00万元，增加284.53万元，增长23.04%。", ["284.53万元", "23.04%"]),
        (f"{OFFICE}收入951.47万元，\n支出952.47万元。", ["951.47万元", "952.47万元"]),
    ],
)
def test_what_the_tables_contradict_is_told_by_its_figure(told: Told, text: str, figures: list[str]) -> None:
    assert told(text) == tuple(f"“{figure}”与表不符" for figure in figures)


@pytest.mark.parametrize(
    "text",
    [
        f"{OFFICE}收入为950.47万元，支出为950.47万元。",
        f"{OFFICE}基本支出537.27万元，占支出950.47万元的56.53%。",
        f"{OFFICE}收入为950.47万元，2023年为1235.00万元，减少284.53万元，降低23.04%。",
        "",
        "没有数字。",
    ],
)
def test_what_they_bear_out_or_say_nothing_of_is_not(told: Told, text: str) -> None:
    assert told(text) == ()


def test_what_looks_wrong_in_the_rules_own_text_is_no_fault_of_a_wording(told: Told) -> None:
    """A computed figure is printed nowhere: it looks as wrong in the wording as in what it is a wording of."""
    by_rules = f"假设测算：{OFFICE}支出950.47万元，减少47.52万元后为902.95万元。"
    text = f"假设测算：{OFFICE}支出950.47万元，压减47.52万元后为902.95万元。"

    assert told(text) != ()
    assert told(text, by_rules) == ()


def test_what_it_says_wrongly_once_more_than_the_rules_is_told(told: Told) -> None:
    by_rules = f"{OFFICE}支出为951.47万元。"

    assert told(f"{OFFICE}支出为951.47万元，收入为951.47万元。", by_rules) == ("“951.47万元”与表不符",)

