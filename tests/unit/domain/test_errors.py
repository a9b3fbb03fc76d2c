"""Every error has its own code and a message that says what happened and what to do."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from service.domain import errors
from service.domain.errors import (
    AmbiguousFigureError,
    DivisionByZeroError,
    FormulaSyntaxError,
    UnitMismatchError,
    UnknownNameError,
    YoujuError,
)


def every(root: type[YoujuError] = YoujuError) -> Iterator[type[YoujuError]]:
    """Walk the tree."""
    yield root
    for child in root.__subclasses__():
        if child.__module__ == errors.__name__:
            yield from every(child)


def test_codes_are_unique() -> None:
    """No two errors share a code."""
    codes = [error.code for error in every()]

    assert len(codes) == len(set(codes))


def test_the_drawing_shows_the_tree() -> None:
    """The outline at the top of the module names every class, indented as it derives."""
    drawn = [line for line in (errors.__doc__ or "").splitlines() if line.strip().split(" ")[0].endswith("Error")]

    assert [line.split()[0] for line in drawn] == [error.__name__ for error in every()]
    for line, error in zip(drawn, every(), strict=True):
        assert (len(line) - len(line.lstrip())) // 2 == len(error.__mro__) - len(YoujuError.__mro__)


@pytest.mark.parametrize(
    ("error", "pieces"),
    [
        (UnitMismatchError("万元", "%"), ("万元", "%", "请")),
        (FormulaSyntaxError("支出 +", 4, "一个数"), ("支出 +▲", "一个数")),
        (UnknownNameError("人均收入", ("人员经费",)), ("人均收入", "人员经费")),
        (UnknownNameError("人均收入"), ("人均收入", "请")),
        (AmbiguousFigureError("工作经费", ("本级 36.00万元", "中心 0.90万元")), ("36.00", "0.90", "请")),
        (DivisionByZeroError("上年数"), ("上年数", "0")),
    ],
)  # fmt: skip
def test_messages_name_the_values(error: YoujuError, pieces: tuple[str, ...]) -> None:
    """A message holds what was wrong, and the same text is on the exception."""
    assert all(piece in error.message for piece in pieces)
    assert str(error) == error.message
