"""Reads the vocabulary's data files from the package."""

from __future__ import annotations

import csv
import tomllib
from importlib.resources import files
from typing import Any

from service.vocabulary.vocabulary import Vocabulary, build_vocabulary

_TOML = ("dimensions", "measures", "tables", "narrative", "questions", "rules", "wording", "phrasing")
_CSV = ("functions.csv", "economic.csv", "gov_economic.csv", "economic_pairs.csv")


def read_vocabulary() -> Vocabulary:
    """Read every data file and assemble the vocabulary."""
    folder = files("service.vocabulary") / "data"
    parsed: dict[str, dict[str, Any]] = {
        stem: tomllib.loads((folder / f"{stem}.toml").read_text("utf-8")) for stem in _TOML
    }
    codes = {name: list(csv.DictReader((folder / name).read_text("utf-8").splitlines())) for name in _CSV}
    outlines = {
        entry.name.removesuffix(".toml"): tomllib.loads(entry.read_text("utf-8"))
        for entry in (folder / "outlines").iterdir()
        if entry.name.endswith(".toml")
    }
    return build_vocabulary(parsed, codes, outlines)
