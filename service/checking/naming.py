"""Names: of the entity, of classes that were renamed, of terms that are out of use (C23, A9)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from service.checking.material import Material
from service.checking.spots import Spot, body, grouped, is_about_duties, is_glossary
from service.domain.fact import Source
from service.domain.finding import Finding, Severity
from service.vocabulary.names import fold, strip_ordinal
from service.vocabulary.wording import Renamed

_OWNER = re.compile(
    r"(?<=[，。；])?([\u4e00-\u9fff]{2,16}?(?:局|委员会|办公室|厅|检察院|街道办事处))(?=20\d\d年度?[^，。；]{0,12}(?:收入|支出|预算|决算|一般公共|“三公”|财政拨款|机关运行|政府采购))"
)
#: 「2026年部门预算安排」: which kind of document the text says it is.
_GENRE = re.compile(r"20\d\d年度?(部门|单位)(?=(?:预算|决算)(?:安排|编制|收支|收入|支出|共))")
_BRACKET = re.compile(r"[（(](?:本级|本部|部门|单位|汇总|机关)[)）]|本级$|本部$")


def naming_findings(material: Material) -> Iterator[Finding]:
    """Yield names that vary, are another's, or are out of date."""
    yield from _entity(material)
    yield from _foreign(material)
    yield from _classes(material)
    yield from _terms(material)
    yield from _genre(material)


def _entity(material: Material) -> Iterator[Finding]:
    """The full name is written in more than one way."""
    text = material.text
    ends = re.compile(material.vocabulary.wording.name_ends + "$")
    names = {n for n in (_BRACKET.sub("", n) for n in text.entity_names) if len(n) >= 5 and ends.search(n)}
    whole = "\n".join(p.text for p in body(material))
    if any(n.endswith("办公室") for n in names):
        names |= set(material.vocabulary.wording.party_names.findall(whole))
    counts: Counter[str] = Counter()
    for name in sorted(names, key=len, reverse=True):
        found = whole.count(name)
        if found:
            counts[name] = found
            whole = whole.replace(name, "＃")
    full = [
        n
        for n in counts
        if not n.startswith(("省", "市", "区", "县"))
        and not any(_is_short_for(n, other, text.region) for other in counts)
    ]
    if len(full) < 2 or any("以下简称" in p.text for p in body(material)):
        return
    spots = [next(s for s in _occurrences(material, n)) for n in sorted(full, key=lambda n: -counts[n])]
    listed = "、".join(f"“{n}”{counts[n]}次" for n in sorted(full, key=lambda n: -counts[n]))
    yield Finding(
        "names-vary", Severity.NOTE, f"部门名称前后写法不一：{listed}。封面、标题、表、说明应统一用全称。",
        tuple(s.source(text.id) for s in spots), stated=listed, expected=text.entity,
    )  # fmt: skip


def _is_short_for(name: str, other: str, region: str) -> bool:
    """Whether a name is the other one without its place, which every text writes."""
    if name == other or not other.endswith(name):
        return False
    left = other.removesuffix(name)
    return left.endswith(("省", "市", "区", "县", "旗", "政府")) or left in region


def _occurrences(material: Material, name: str) -> Iterator[Spot]:
    for paragraph in body(material):
        place = paragraph.text.find(name)
        if place >= 0:
            yield Spot(paragraph, place, place + len(name))


def _foreign(material: Material) -> Iterator[Finding]:
    """Money is told of an office that is neither the entity nor one of its units: a template's."""
    text = material.text
    known = [fold(n) for n in (*text.entity_names, text.entity, *(u.name for u in text.units))]
    spots: dict[str, list[Spot]] = {}
    for paragraph in body(material):
        if is_about_duties(paragraph) or is_glossary(paragraph):
            continue
        for found in _OWNER.finditer(paragraph.text):
            said = found.group(1)
            name = fold(said)
            if any(k in name or name in k for k in known) or not _is_plain_name(said, text.region):
                continue
            spots.setdefault(said, []).append(Spot(paragraph, *found.span(1)))
    for said, where in spots.items():
        yield from grouped(
            material, "foreign-name", Severity.WARNING,
            f"写的是“{said}”，本文件是{text.entity}的，疑为别的单位文本残留。", where, stated=said, expected=text.entity,
        )  # fmt: skip


def _is_plain_name(said: str, region: str) -> bool:
    """Whether it is surely an office's name: of the same region, with nothing of a sentence in it."""
    place = region.rstrip("省市区县旗")[-2:]
    return bool(place) and place in said and not re.search(r"[和与及等的将在由对为是]", said)


def _classes(material: Material) -> Iterator[Finding]:
    """Old names of classes, and names that differ between two tables (A9, A30)."""
    rules = material.vocabulary.wording
    year = material.text.year
    told: set[str] = set()
    alone: list[tuple[str, tuple[Source, ...]]] = []
    for old in sorted(rules.old_classes, key=lambda o: -len(o.old)):
        if year < old.since or old.old in told:
            continue
        places = _places_of(material, old.old)
        if not places:
            continue
        told.add(old.old)
        said = f"“{old.old}”是旧科目名，{old.since}年起为“{old.new}”"
        if not _places_of(material, old.new):
            alone.append((said, places))
            continue
        count = f"（旧名共{len(places)}处）" if len(places) > 1 else ""
        yield Finding(
            "old-class-name", Severity.WARNING, f"{said}，两个名称在本文件里并存，请统一用新名{count}。", places,
            stated=old.old, expected=old.new,
        )  # fmt: skip
    if alone:
        yield Finding(
            "old-class-name", Severity.NOTE, f"{'；'.join(s for s, _ in alone)}。请改用新名。",
            tuple(p for _, places in alone for p in places), stated=alone[0][1][0].quote,
        )  # fmt: skip


def _places_of(material: Material, name: str) -> tuple[Source, ...]:
    """Return where a class is named so: rows of tables and running text."""
    wanted = {fold(name), fold(name.removesuffix("支出"))}
    out: list[Source] = []
    for table in material.text.tables:
        for row_number, row in enumerate(table.rows):
            for column, cell in enumerate(row.cells):
                if cell.raw and fold(strip_ordinal(cell.raw)) in wanted:
                    out.append(
                        Source(
                            material.text.id, table.id, table.title, row=row_number, column=column, row_label=row.label,
                            column_label=table.columns[column] if column < len(table.columns) else "", page=row.page,
                            line=row.lines[0] if row.lines else 0, quote=cell.raw,
                        )
                    )  # fmt: skip
    for paragraph in body(material):
        if is_glossary(paragraph) or is_about_duties(paragraph):
            continue
        found = re.finditer(rf"(?<![\u4e00-\u9fff]){re.escape(name)}", paragraph.text)
        out += [Spot(paragraph, *m.span()).source(material.text.id) for m in found]
    return tuple(out)


def _terms(material: Material) -> Iterator[Finding]:
    for term in material.vocabulary.wording.old_terms:
        yield from _term(material, term)


def _term(material: Material, term: Renamed) -> Iterator[Finding]:
    if material.text.year < term.since:
        return
    spots = [
        Spot(p, m.start(), m.end()) for p in body(material) if is_glossary(p) for m in re.finditer(term.old, p.text)
    ]
    yield from grouped(
        material, "old-term", Severity.NOTE, f"“{term.old}”是旧名词：{term.why}，请改用“{term.new}”。", spots[:1],
        expected=term.new,
    )  # fmt: skip


def _genre(material: Material) -> Iterator[Finding]:
    """A unit's text that calls itself a department's, or the other way round."""
    titled = [
        p.text for p in material.text.paragraphs[:8] if not p.in_contents and len(p.text) <= 40 and "。" not in p.text
    ]
    named = {g for g in ("部门", "单位") if any(f"{g}预算" in t or f"{g}决算" in t for t in titled)}
    if len(named) != 1:
        return
    own = named.pop()
    spots = [
        Spot(p, *m.span())
        for p in body(material)
        if not is_glossary(p)
        for m in _GENRE.finditer(p.text)
        if m.group(1) != own
    ]
    other = "单位" if own == "部门" else "部门"
    yield from grouped(
        material,
        "genre-mixed",
        Severity.NOTE,
        f"本文件是{own}预算（决算），文中写“{other}预算（决算）”，请统一。",
        spots,
        expected=own,
    )
