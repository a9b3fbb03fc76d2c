"""Codes of the rows of a table: in one column or in three (类 款 项), printed on each row or only where they change."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from service.ingestion.outline import leading_code

#: One code for each classification that a table prints, "" where a row has none of it.
Codes = tuple[str, ...]
_LEVELS = ("class", "section", "subsection")


def codes_down(rows: Sequence[Sequence[str]], roles: Sequence[str], columns: Collection[int] | None = None) -> list[Codes]:
    """Return the codes of each row, the upper parts carried down to rows that print only the lower ones.

    Args:
        rows: Cells of the body rows.
        roles: Role of each column.
        columns: Columns to look in, all where None.

    Example:
        >>> roles = ("class", "section", "subsection", "label")
        >>> codes_down([("205", "", "", "教育"), ("", "08", "", "进修"), ("", "", "03", "培训支出")], roles)
        [('205',), ('20508',), ('2050803',)]

    """
    groups = _groups(roles, columns)
    labels = [c for c, role in enumerate(roles) if role in {"label", "project"} and (columns is None or c in columns)]
    held: list[dict[str, str]] = [{} for _ in groups]
    out: list[Codes] = []
    for cells in rows:
        codes = [_code(cells, roles, group, above) for group, above in zip(groups, held, strict=True)]
        if not any(codes):
            codes = [leading_code(cells[c])[0] for c in labels]
        out.append(tuple(codes))
    return out


def parents_of(codes: Mapping[int, Codes]) -> dict[int, int]:
    """Return, for each row that has one, the row right above it in its classifications.

    Of several rows with the parent's codes the nearest one before it counts, else the first.
    """
    at: dict[Codes, list[int]] = {}
    for row, code in codes.items():
        if any(code):
            at.setdefault(code, []).append(row)
    out: dict[int, int] = {}
    for row, code in codes.items():
        for upper in _above(code):
            if upper in at:
                rows = at[upper]
                out[row] = max((r for r in rows if r < row), default=rows[0])
                break
    return out


def _above(codes: Codes) -> Iterator[Codes]:
    """Yield the codes that can stand above, nearest first: each part shortened, those of other classifications blank."""
    first = next((i for i, c in enumerate(codes) if c), None)
    if first is None:
        return
    for length in range(len(codes[first]) - 1, 2, -1):
        shorter = tuple(c[:length] if c else "" for c in codes)
        yield shorter
        alone = tuple(c[:length] if i == first else "" for i, c in enumerate(codes))
        if alone != shorter:
            yield alone


def heads(upper: Codes, lower: Codes) -> bool:
    """Whether a row's codes stand above another's in every classification.

    Example:
        >>> heads(("301", "501"), ("30101", "50101")), heads(("301", "501"), ("30101", "50501")), heads(("",), ("301",))
        (True, False, False)

    """
    if not any(upper) or upper == lower or len(upper) != len(lower):
        return False
    first = next(i for i, code in enumerate(upper) if code)
    return lower[first] != upper[first] and all(b.startswith(a) for a, b in zip(upper, lower, strict=True))


def _groups(roles: Sequence[str], columns: Collection[int] | None) -> list[list[int]]:
    groups: list[list[int]] = []
    for column, role in enumerate(roles):
        if columns is not None and column not in columns:
            continue
        if role in {"class", "code"} or (role in _LEVELS and not groups):
            groups.append([column])
        elif role in _LEVELS and groups and roles[groups[-1][-1]] in _LEVELS:
            groups[-1].append(column)
    return groups


def _code(cells: Sequence[str], roles: Sequence[str], group: Sequence[int], above: dict[str, str]) -> str:
    if roles[group[0]] == "code":
        text = cells[group[0]].strip("[]【】")
        return text if text.isdigit() else ""
    # A spreadsheet that takes codes for numbers drops the zero: 2 for 02.
    printed = {roles[c]: cells[c] if roles[c] == "class" else cells[c].zfill(2) for c in group if cells[c].isdigit()}
    if not printed:
        return ""
    deepest = max(_LEVELS.index(r) for r in printed)
    for role in _LEVELS:
        if role in printed:
            above[role] = printed[role]
        elif _LEVELS.index(role) > deepest:
            above.pop(role, None)
    code = ""
    for role in _LEVELS[: deepest + 1]:
        part = above.get(role, "")
        code = part if code and part.startswith(code) and len(part) > 2 else code + part
    return code
