"""Make any number of invented budgets from the seed's text: other names, codes and amounts, sums intact.

They are made when the benchmark runs, into a folder that is deleted afterwards; none is kept.
"""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

#: Cells are broken by layout spaces.
_CITY, _DISTRICT = (re.compile(" *".join(name)) for name in ("新乡市", "红旗区"))
_CODE = "008"
_SYLLABLES = "东西南北中上下左右前"
#: Multiples leave every sum, share and rate as it is; larger ones would carry rounding gaps beyond tolerance.
_MULTIPLES = 5
_AMOUNT = re.compile(r"(\d+(?:\.\d+)?)(\s*万元)")
_CELL = re.compile(r"\d+\.\d{2}")
_CODED = re.compile(rf"{_CODE}(\d{{3}})?")


def district_of(number: int) -> str:
    """Return the name of the *number*-th invented district.

    Example:
        >>> district_of(0), district_of(999)
        ('东东东区', '前前前区')

    """
    return "".join(_SYLLABLES[int(digit)] for digit in f"{number:03}") + "区"


def variant(seed: str, number: int) -> str:
    """Return the seed's text as the budget of the *number*-th invented entity."""
    times, code = number % _MULTIPLES + 1, f"{number % 900 + 100}"
    text = _DISTRICT.sub(district_of(number), _CITY.sub("虚拟市", seed))
    return "\n".join(_line(line, times, code) for line in text.split("\n"))


def _line(line: str, times: int, code: str) -> str:
    if "\t" not in line:
        return _AMOUNT.sub(lambda m: f"{Decimal(m[1]) * times}{m[2]}", line)
    return "\t".join(_cell(cell, times, code) for cell in line.split("\t"))


def _cell(cell: str, times: int, code: str) -> str:
    bare = cell.strip()
    if _CELL.fullmatch(bare):
        return cell.replace(bare, str(Decimal(bare) * times))
    if _CODED.fullmatch(bare):
        return cell.replace(bare, code + bare[len(_CODE) :])
    return cell


def write_variants(seed: Path, folder: Path, count: int) -> list[Path]:
    """Write *count* invented budgets into a folder."""
    text = seed.read_text(encoding="utf-8")
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for number in range(count):
        path = folder / f"虚拟市{district_of(number)}委员会办公室-2024年度部门预算.txt"
        path.write_text(variant(text, number), encoding="utf-8")
        paths.append(path)
    return paths
