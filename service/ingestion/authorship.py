"""Whose document it is: entity, its names, year, stage, kind, region, units. From content, never from the file name."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from service.domain.coordinate import Stage
from service.domain.document import BudgetUnit, RowKind
from service.ingestion.segments import Paragraph
from service.ingestion.tables import BuiltTable
from service.vocabulary.names import squeeze

_YEAR = re.compile(r"(20\d\d)\s*年")
_TITLE_TAIL = re.compile(r"(20\d\d)年?度?(?:部门|单位)?(?:综合)?(预算|决算)")
_SCOPE = re.compile(r"[（(](汇总|本级|机关|部门|单位)[)）]")
_REGION = re.compile(
    r"^((?:[^省市区县]{2,6}(?:省|自治区))?(?:[^省市区县]{2,6}(?:市|自治州|盟))?(?:[^省市区县]{1,6}(?:区|县|旗|市))?)"
)
_OF = re.compile(r"^(.{4,30}?)(?:20\d\d年)")


@dataclass(frozen=True, slots=True)
class Authorship:
    """Whose document it is and for when."""

    title: str
    entity: str
    names: tuple[str, ...]
    code: str
    year: int
    stage: Stage
    kind: str
    region: str
    units: tuple[BudgetUnit, ...]


def read_authorship(paragraphs: Sequence[Paragraph], tables: Sequence[BuiltTable]) -> Authorship:
    """Find entity, year, stage and units.

    The face of the document (what stands before the contents) goes first, then the department named
    above the tables, then the subject of its sentences. Year 0 means that none was found.
    """
    face = [p.text for p in paragraphs[:6] if not p.in_contents and not p.section]
    title = " ".join(face[:2])
    year, stage = _year_and_stage(face, paragraphs, tables)
    scope = next((m.group(1) for t in face if (m := _SCOPE.search(t))), "")
    owners = Counter(t.owner for t in tables if t.owner)
    owner = owners.most_common(1)[0][0] if owners else ""
    entity = _entity(face) or owner or _subject(paragraphs)
    units, code = _units(tables, owner)
    names = [entity, owner, *(u.name for u in units if owner and u.name.startswith(owner))]
    names += [m.group(1) for p in paragraphs if not p.is_heading and (m := _OF.match(p.text)) and m.group(1) in entity]
    kind = {"汇总": "部门汇总", "本级": "本级", "机关": "本级", "单位": "单位"}.get(scope, "")
    if not kind:
        kind = "部门汇总" if len(units) > 1 else ("单位" if "单位预算" in title else "部门")
    return Authorship(
        title=title, entity=entity, names=tuple(dict.fromkeys(n for n in names if n)), code=code, year=year,
        stage=stage, kind=kind, region=_region(entity), units=units,
    )  # fmt: skip


def _year_and_stage(
    face: Sequence[str], paragraphs: Sequence[Paragraph], tables: Sequence[BuiltTable]
) -> tuple[int, Stage]:
    for text in (*face, *(p.text for p in paragraphs[:80])):
        found = _TITLE_TAIL.search(text)
        if found:
            stage = Stage.FINAL if found.group(2) == "决算" else Stage.BUDGET
            return int(found.group(1)), stage
    printed = [t.table.title for t in tables] + [p.text for p in paragraphs[:80]]
    years = Counter(int(y) for text in printed for y in _YEAR.findall(text))
    stage = Stage.FINAL if sum("决算" in t for t in printed) > sum("预算" in t for t in printed) else Stage.BUDGET
    return (years.most_common(1)[0][0] if years else 0), stage


def _entity(face: Sequence[str]) -> str:
    for text in face:
        name = _SCOPE.sub("", _TITLE_TAIL.split(text)[0])
        name = re.sub(r"(?:部门|单位)(?:预算|决算).*$", "", name).strip("《》 ")
        if len(name) >= 4 and not _YEAR.match(name) and re.search(
            r"(?:室|局|委|部|厅|院|会|处|中心|办|街道|镇|乡|学校|大学|医院|所|队|馆|站|团|社|府|校|署|组|行|库|园|台|联|厂|协会|公司)$", name
        ):  # fmt: skip
            return name
    return ""


def _subject(paragraphs: Sequence[Paragraph]) -> str:
    subjects = Counter(
        m.group(1).removesuffix("部门") for p in paragraphs if (m := _OF.match(p.text)) and not p.is_heading
    )
    return subjects.most_common(1)[0][0] if subjects else ""


def _units(tables: Sequence[BuiltTable], owner: str) -> tuple[tuple[BudgetUnit, ...], str]:
    """Return the budget units printed with a code, and the department's own code."""
    units: dict[str, str] = {}
    department = ""
    for built in tables:
        for row in built.table.rows:
            code, name = _code_and_name(built, [c.raw for c in row.cells])
            if not code:
                continue
            if row.kind is RowKind.DEPARTMENT or (owner and name == squeeze(owner)):
                department = department or code
            elif row.kind is RowKind.UNIT and len(code) <= 12 and name:
                units.setdefault(code, name)
    return tuple(BudgetUnit(code, name) for code, name in sorted(units.items())), department


def _code_and_name(built: BuiltTable, cells: Sequence[str]) -> tuple[str, str]:
    code = name = ""
    for text, role in zip(cells, built.roles, strict=True):
        if role == "unit_code" and text.isdigit():
            code = text
        elif role in {"label", "project_unit"} and text and not name:
            name = text
    return code, name


def _region(entity: str) -> str:
    found = _REGION.match(entity)
    return found.group(1) if found else ""
