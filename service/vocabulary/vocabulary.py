"""The vocabulary as one object, built from parsed data files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from service.vocabulary.catalogue import Catalogue, NarrativeSection, Side, StandardTable
from service.vocabulary.members import Dimension, Equivalence, Measure, Member, MemberIndex
from service.vocabulary.names import fold
from service.vocabulary.phrasing import PhrasingWords, read_phrasing_words
from service.vocabulary.wording import WordingRules, read_wording_rules


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Dimensions, members, measures, standard tables, rules and question words.

    Attributes:
        dimensions: By id, in the order of the file.
        measures: By id.
        members: Members of the fixed dimensions; projects and units come from documents.
        equivalences: Second names of coordinates.
        catalogue: Standard tables and narrative sections.
        pairs: (economic code, government economic code) → unit type.
        questions: Raw tables of ``questions.toml``, read by the understanding step.
        rules: Raw entries of ``rules.toml``, read by the proof step.
        outlines: Raw draft outlines by file name.
        wording: Words and patterns that the checks of wording go by.
        phrasing: Words that a language model may use.
    """

    dimensions: Mapping[str, Dimension]
    measures: Mapping[str, Measure]
    members: MemberIndex
    equivalences: tuple[Equivalence, ...]
    catalogue: Catalogue
    pairs: Mapping[tuple[str, str], str]
    questions: Mapping[str, Any]
    rules: tuple[Mapping[str, Any], ...]
    outlines: Mapping[str, Any]
    wording: WordingRules
    phrasing: PhrasingWords

    def member(self, dimension: str, member_id: str) -> Member | None:
        """Return the member of that id."""
        return self.members.by_id.get((dimension, member_id))

    def measure_named(self, name: str) -> Measure | None:
        """Return the measure printed or called *name*."""
        wanted = fold(name)
        for measure in self.measures.values():
            if wanted in {fold(n) for n in (measure.id, *measure.names, *measure.say)}:
                return measure
        return None

    def ancestors(self, dimension: str, member_id: str) -> tuple[str, ...]:
        """Return the ids above a member, nearest first; codes descend by their printed levels."""
        dim = self.dimensions.get(dimension)
        if dim and dim.levels and member_id.isdigit():
            return tuple(member_id[:n] for n in reversed(dim.levels) if n < len(member_id))
        out: list[str] = []
        member = self.member(dimension, member_id)
        while member and member.parent:
            out.append(member.parent)
            member = self.member(dimension, member.parent)
        return tuple(out)

    def is_within(self, dimension: str, member_id: str, ancestor: str) -> bool:
        """Whether a member is *ancestor* or below it."""
        return member_id == ancestor or ancestor in self.ancestors(dimension, member_id)

    def name_of(self, dimension: str, member_id: str) -> str:
        """Return the printed name of a member, its id where the vocabulary does not know it."""
        member = self.member(dimension, member_id)
        return member.name if member else member_id


def build_vocabulary(
    files: Mapping[str, Mapping[str, Any]],
    codes: Mapping[str, Sequence[Mapping[str, str]]],
    outlines: Mapping[str, Any],
) -> Vocabulary:
    """Assemble the vocabulary.

    Args:
        files: Parsed TOML by stem: dimensions, measures, tables, narrative, questions, rules, wording, phrasing.
        codes: Rows of the CSV files by file name.
        outlines: Parsed draft outlines by stem.
    """
    members = MemberIndex()
    dimensions: dict[str, Dimension] = {}
    for raw in files["dimensions"]["dimension"]:
        dimension = Dimension(
            id=raw["id"], name=raw["name"], additive=raw["rollup"] == "sum", say=tuple(raw["say"]),
            levels=tuple(raw.get("levels", ())), suffixes=tuple(raw.get("suffixes", ())),
        )  # fmt: skip
        dimensions[dimension.id] = dimension
        for member in _members(raw, codes):
            members.add(member, dimension.suffixes)
    measures = {
        raw["id"]: Measure(
            id=raw["id"], kind=raw["kind"], names=tuple(raw["names"]), say=tuple(raw["say"]),
            dimensions=tuple(raw["dimensions"]), fallback=raw.get("fallback", ""),
            whole=raw.get("whole", ""), less=raw.get("less", ""),
        )
        for raw in files["measures"]["measure"]
    }  # fmt: skip
    return Vocabulary(
        dimensions=dimensions,
        measures=measures,
        members=members,
        equivalences=tuple(_equivalences(files["dimensions"].get("equivalence", ()))),
        catalogue=_catalogue(files["tables"], files["narrative"]),
        pairs={(r["economic"], r["gov_economic"]): r["unit_type"] for r in codes["economic_pairs.csv"]},
        questions=files["questions"],
        rules=tuple(files["rules"]["rule"]),
        outlines=outlines,
        wording=read_wording_rules(files["wording"]),
        phrasing=read_phrasing_words(files["phrasing"]),
    )


def _members(raw: Mapping[str, Any], codes: Mapping[str, Sequence[Mapping[str, str]]]) -> Iterable[Member]:
    """Yield the members of a dimension, written out or from its code list."""
    for entry in raw.get("members", ()):
        yield Member(
            dimension=raw["id"], id=entry["id"], name=entry["id"], names=tuple(entry["names"]),
            say=tuple(entry["say"]), parent=entry.get("parent", ""), measure=entry.get("measure", ""),
        )  # fmt: skip
    levels = raw.get("levels", ())
    for row in codes.get(raw.get("codes", ""), ()):
        code = row["code"]
        parents = [code[:n] for n in levels if n < len(code)]
        yield Member(
            dimension=raw["id"], id=code, name=row["name"],
            say=tuple(a for a in row["aliases"].split("|") if a), parent=parents[-1] if parents else "",
        )  # fmt: skip


def _equivalences(raws: Iterable[Mapping[str, str]]) -> Iterable[Equivalence]:
    for raw in raws:
        left = raw["member"].split("=", 1)
        right = tuple(sorted(tuple(p.split("=", 1)) for p in raw["same_as"].split(";")))
        yield Equivalence((left[0], left[1]), tuple((p[0], p[1]) for p in right), raw.get("measure", ""))


def _catalogue(tables: Mapping[str, Any], narrative: Mapping[str, Any]) -> Catalogue:
    headers = tables["headers"]
    return Catalogue(
        tables=tuple(
            StandardTable(
                key=raw["key"], name=raw["name"], layout=raw["layout"], titles=tuple(raw["titles"]),
                measure=raw.get("measure", ""), fixed=tuple(sorted(raw.get("fixed", {}).items())),
                rows=tuple(raw.get("rows", ())), dims=tuple(raw.get("dims", ())),
                sides=tuple(
                    Side(s["header"], s["measure"], tuple(s["dims"]), tuple(s.get("default", {}).items()))
                    for s in raw.get("sides", ())
                ),
                words=tuple(tuple(group.split()) for group in raw.get("words", ())),
                without=tuple(raw.get("without", ())), core=raw.get("core", True),
            )
            for raw in tables["table"]
        ),
        whole=frozenset(fold(w) for w in headers["whole"]),
        roles={fold(label): role for role, labels in headers["roles"].items() for label in labels},
        sections=tuple(
            NarrativeSection(
                titles=tuple(raw["title"]), measure=raw.get("measure", ""),
                fixed=tuple(sorted(raw.get("fixed", {}).items())), prefer=tuple(raw.get("prefer", ())),
                stage=raw.get("stage", ""),
            )
            for raw in narrative["section"]
        ),
        words={k: tuple(v) for k, v in narrative["words"].items()},
        topics=tuple((t["heading"], tuple(t["words"])) for t in narrative.get("topic", ())),
        endings=tuple((fold(e), role) for role, endings in headers.get("endings", {}).items() for e in endings),
        counts=tuple(fold(w) for w in headers.get("counts", ())),
    )  # fmt: skip
