"""How a judgement says what a figure is of and where it is printed."""

from __future__ import annotations

from collections.abc import Sequence

from service.domain.coordinate import Aspect, Coordinate, Stage
from service.domain.fact import Source
from service.vocabulary.vocabulary import Vocabulary

_MANY = 3


class Words:
    """Puts coordinates and places into words.

    Args:
        vocabulary: For the names of members.
        stage: Stage of the text, which need not be said.
    """

    def __init__(self, vocabulary: Vocabulary, stage: Stage) -> None:
        self._vocabulary = vocabulary
        self._stage = stage

    def subject(self, coordinate: Coordinate) -> str:
        """Return what a coordinate is of: ``2024年支出·基本支出``."""
        names = [self._name(d, m) for d, m in coordinate.members if d != "line"]
        stage = "" if coordinate.stage in {self._stage, Stage.PERIOD_END} else coordinate.stage.value
        of = {Aspect.LEVEL: "", Aspect.SHARE: "的占比"}.get(coordinate.aspect, f"比{coordinate.base_year}年的{coordinate.aspect.value}")
        return f"{coordinate.year}年{stage}" + "·".join([coordinate.measure, *names]) + of

    def _name(self, dimension: str, member: str) -> str:
        name = self._vocabulary.name_of(dimension, member)
        return name if not member.isdigit() or member in name else f"{member}{name}"

    def place(self, sources: Sequence[Source]) -> str:
        """Return where figures are printed: ``“支出总表”·合计·基本支出``."""
        first = sources[0]
        more = f"等{len(sources)}格之和" if len(sources) > 1 else ""
        if not first.table:
            return f"正文“{first.row_label}”"
        path = "·".join(p for p in (first.row_label, first.column_label.replace("/", "·")) if p)
        title = f"“{first.table_title}”" if first.table_title else f"表{first.table}"
        return f"{title}{path}{more}"
