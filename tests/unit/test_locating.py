"""Words are found by what stands around them."""

from __future__ import annotations

from service.locating import locate, occurrences, rank, squeeze


def test_squeezing_keeps_the_place_of_every_character() -> None:
    made = squeeze("支 出\n９５万")

    assert (made.text, made.places) == ("支出95万", (0, 2, 4, 5, 6))


def test_a_figure_inside_a_longer_one_is_not_meant() -> None:
    text = "10万元，0万元，1,0万元，2.0万元，5。0万元"

    assert list(occurrences(squeeze(text), "0万元")) == [text.index("，0") + 1, text.index("。0") + 1]


def test_cells_that_touch_do_not_make_one_number() -> None:
    within = squeeze(["10", "20.5", ".5"])

    assert list(occurrences(within, "20.5")) == [2]
    assert list(occurrences(squeeze("1020.5"), "20.5")) == []


def test_the_surroundings_choose_between_equal_figures() -> None:
    within = squeeze("收入5万元，支出5万元，结余5万元")

    assert locate(within, "5万元", "支出", "，结余") == (8, 11, 5)
    assert locate(within, "6万元") is None


def test_repeats_that_are_all_alike_are_counted() -> None:
    text = "支出5万元。" * 3
    within = squeeze(text)
    at = text.rindex("5万元")

    which = rank(within, 8, "5万元", "", "")
    assert which == 1
    assert locate(within, "5万元", which=2) == (at, at + 3, 0)
