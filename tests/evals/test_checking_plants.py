"""Planted errors: exactly one change, the same again from the same seed, judged noticeable by what the document says."""

from __future__ import annotations

import os
import random
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from evals import checking
from evals.checking import Measured, alarms_of, recall_lines, wilson
from evals.checking_cases import judge, load_known, load_oddities, traps_sprung
from evals.checking_plants import KINDS, Plant, candidates, last_changed, planted, pointed, swapped, times
from evals.checking_traps import base_text, load_traps
from evals.checking_trial import SEED, Clean, Trial, check_reading, clean_run, paths, plants_of, try_plant
from evals.checking_witness import Witnesses, broken_identities
from evals.reading import read_kept
from evals.seed import seed_path
from service.adapters.readers.text import read_text
from service.adapters.vocabulary_files import read_vocabulary
from service.domain.document import Document
from service.ingestion.blocks import Grid, Reading, TextLine
from service.ingestion.pipeline import ingest


def _clean() -> Clean:
    return clean_run(SEED, seed_path(), None)


def _invented(*changes: tuple[str, str]) -> tuple[Reading, Document]:
    text = base_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    reading = read_text(text.encode(), "样例.txt", max_bytes=1_000_000)
    return reading, ingest(reading, read_vocabulary())


def _drawn() -> random.Random:
    return random.Random(1)  # noqa: S311 - drawing samples


def _witnesses(*changes: tuple[str, str]) -> Witnesses:
    return Witnesses(_invented(*changes)[1])


def _contradicted(witnesses: Witnesses, said: str, number: str, value: str) -> tuple[int, int]:
    figure = next(
        f for f in witnesses.figures if f.number == number and said in witnesses.paragraphs[f.paragraph].text
    )
    scale = figure.value / Decimal(number)
    return witnesses.of(figure, Decimal(value) * scale, figure.half)


def test_numbers_are_changed_as_they_are_printed() -> None:
    assert times("1,234.50") == "1,357.95"
    assert times("0.00") == "0.00"
    assert (swapped("950.47"), swapped("11.11")) == ("590.47", "11.11")
    assert (pointed("950.47", left=True), pointed("950.47", left=False)) == ("95.047", "9504.7")
    assert (last_changed("950.47", up=True), last_changed("5.00", up=False)) == ("950.48", "4.99")


def test_every_plant_changes_one_place_and_keeps_the_rest() -> None:
    reading, document = _invented()
    found = candidates("x", reading, Witnesses(document), _drawn())
    tried = Counter(k for k, plants in found.items() if plants)
    assert {"amount", "percent", "direction", "unit", "list-item", "reason", "residue", "cell", "total"} <= set(tried)
    for plant in (p for plants in found.values() for p in plants[:3]):
        changed = planted(reading, plant)
        assert changed != reading, plant
        for block in (b for b in changed.blocks if isinstance(b, TextLine)):
            assert changed.text[block.start : block.start + len(block.text)] == block.text, plant
        if plant.cells:
            assert changed.text == reading.text
            assert _changed_cells(reading, changed) == len(plant.cells), plant
        else:
            assert len(changed.text) == len(reading.text) + plant.growth
            assert [b for b in changed.blocks if isinstance(b, Grid)] == [b for b in reading.blocks if isinstance(b, Grid)]


def _changed_cells(before: Reading, after: Reading) -> int:
    changed = 0
    for one, other in zip(before.blocks, after.blocks, strict=True):
        if not (isinstance(one, Grid) and isinstance(other, Grid)):
            continue
        if len(one.rows) != len(other.rows):
            changed += len(one.rows) - len(other.rows)
            continue
        for was, now in zip(one.rows, other.rows, strict=True):
            changed += sum(a != b for a, b in zip(was.cells, now.cells, strict=True))
    return changed


def test_the_same_seed_plants_the_same() -> None:
    clean = _clean()
    drawn = plants_of(clean, 7, 40)
    assert drawn == plants_of(clean, 7, 40)
    assert drawn != plants_of(clean, 8, 40)
    assert len({p.kind for p in drawn}) > len(KINDS) / 2


def test_offsets_are_counted_back() -> None:
    reading, document = _invented()
    found = candidates("x", reading, Witnesses(document), _drawn())
    plant = found["residue"][0]
    changed = planted(reading, plant)
    at = changed.text.index("第三部分\n\n名词解释")
    assert reading.text[plant.back(at) :].startswith("第三部分\n\n名词解释")


def test_a_figure_printed_elsewhere_or_computed_is_noticeable() -> None:
    witnesses = _witnesses()
    found, against = _contradicted(witnesses, "机关运行经费预算", "134.26", "147.69")
    assert found >= 1
    assert against == found
    assert _contradicted(witnesses, "机关运行经费预算", "3.28", "3.61")[1] >= 1
    assert _contradicted(witnesses, "政府采购预算", "35.40", "38.94")[1] >= 1


def test_a_figure_nothing_else_speaks_of_is_not_noticeable() -> None:
    witnesses = _witnesses(("政府采购预算85.40万元，其中：货物35.40万元；工程0万元；服务50.00万元", "政府采购预算91.87万元"))
    assert _contradicted(witnesses, "政府采购预算", "91.87", "101.06") == (0, 0)


def test_a_last_digit_that_rounding_allows_is_told_apart() -> None:
    witnesses = _witnesses()
    found, against = _contradicted(witnesses, "机关运行经费预算", "3.28", "3.27")
    assert found >= 1
    assert against == 0


def test_thresholds_are_no_figures() -> None:
    witnesses = _witnesses(("共有车辆3辆。", "共有车辆3辆；单价50万元以上设备1台，单价100万元（含）以上设备0台。"))
    assert not [f for f in witnesses.figures if f.number in {"50", "100"}]


def test_a_direction_is_borne_out_by_its_figures_or_not_at_all() -> None:
    witnesses = _witnesses()
    index, text = next((i, p.text) for i, p in witnesses.paragraphs.items() if "收入总计" in p.text)
    assert witnesses.direction_is_borne_out(index, text.index("增加"))
    alone = _witnesses(("比2024年减少0.50万元，下降16.67%，主要原因：压减公务接待", "比2024年减少0.50万元，主要原因：压减公务接待"))
    index, text = next((i, p.text) for i, p in alone.paragraphs.items() if p.text.startswith("（二）公务接待费"))
    assert not alone.direction_is_borne_out(index, text.index("减少"))


def test_a_cell_is_noticeable_when_a_relation_breaks() -> None:
    _, document = _invented()
    total = next(t for t in document.tables if "收支总体" in t.title)
    row = next(r for r, each in enumerate(total.rows) if "收入总计" in each.label)
    key = f"{total.id}.{row}.1"
    held, broken = broken_identities(document, {key: Decimal("123.46")})
    assert held >= broken >= 1
    assert broken_identities(document, {key: Decimal("0.001")})[1] == 0


def test_a_wrong_cell_is_caught_and_a_crash_is_told() -> None:
    clean = _clean()
    plant = next(p for p in plants_of(clean, 3, 200) if p.kind == "total")
    tried = try_plant(clean, plant)
    assert (tried.strict, tried.lenient, tried.crash) == (True, True, "")
    assert tried.is_noticeable


def test_recall_is_counted_over_the_noticeable_and_over_all() -> None:
    def trial(kind: str, *, strict: bool, against: int, witnesses: int = 1) -> Trial:
        return Trial(Plant("d", kind, witnesses=witnesses, contradicted=against), strict, strict)

    trials = [
        trial("amount", strict=True, against=1), trial("amount", strict=False, against=2),
        trial("amount", strict=False, against=0), trial("amount", strict=False, against=0, witnesses=0),
    ]  # fmt: skip
    line = next(x for x in recall_lines(Measured([], trials)) if x.startswith("| **文中金额**"))
    cells = [c.strip() for c in line.split("|")]
    assert cells[2:5] == ["4", "1", "2"]
    assert cells[5].startswith("1/2 = 50%")
    assert cells[7].startswith("1/4 = 25%")


def test_intervals_follow_wilson() -> None:
    low, high = wilson(18, 20)
    assert (round(low, 3), round(high, 3)) == (0.699, 0.972)
    assert wilson(0, 0) == (0.0, 1.0)


def test_every_trap_has_what_it_changes_and_reads() -> None:
    traps = load_traps()
    assert len({t.id for t in traps}) == len(traps)
    assert sum(t.is_silent for t in traps) > len(traps) / 2
    for trap in traps:
        assert "云溪市示例局" in trap.text()
    sprung = traps_sprung([t for t in traps if t.id in {"clean", "rate-wrong"}])
    assert [s.is_right for s in sprung] == [True, True]


def test_the_cases_name_what_a_finding_must_say() -> None:
    assert len({(c.document, c.id) for c in load_known()}) == len(load_known())
    assert [c.id for c in load_oddities()] == [str(n) for n in range(1, 33)]
    assert all(c.words for c in (*load_known(), *load_oddities()) if c.machine == "yes")
    _, report = check_reading(read_kept(seed_path()))
    found = {j.case.id: j for j in judge(load_oddities(), report)}
    assert found["31"].codes == ()
    assert found["14"].is_found


def test_the_suite_runs_on_the_seed_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "SEED_PLANTS", 8)
    traps = [t for t in load_traps() if t.id in {"clean", "unit-slip"}]
    monkeypatch.setattr(checking, "traps_sprung", lambda: traps_sprung(traps))
    report, counts, is_good = checking.measure(None)
    assert is_good
    assert "植入错误" in report
    assert {"oddities", "traps", "seed_all_percent"} <= set(counts)


def test_alarms_are_counted_by_verdict() -> None:
    counts = alarms_of({"x": _clean().report})
    assert sum(counts.counts["x"].values()) == len(_clean().loud)


@pytest.mark.skipif(not os.environ.get("YOUJU_REAL_CORPUS"), reason="no real corpus")
def test_plants_go_into_real_documents() -> None:
    folder = Path(os.environ["YOUJU_REAL_CORPUS"])
    measured = checking.run(["xian"], folder, plants=10, seed=5)
    assert len(measured.trials) == 10
    assert not any(t.crash for t in measured.trials)
    assert len(paths(folder)) > 8
