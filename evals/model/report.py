"""Write what became of every behaviour as Markdown that the one who runs the service can read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from evals.model.judging import KINDS
from evals.model.suite import Incident, Row
from evals.runner import percentile
from service.domain.assistance import WordingOutcome

#: Columns of the table, and the kinds of faults each counts.
COLUMNS: dict[str, tuple[str, ...]] = {
    "错数": ("figure", "unit", "form"),
    "错方向": ("direction",),
    "无据的话": ("cause", "words", "quote", "rank", "degree"),
    "张冠李戴": ("subject", "year", "entity"),
    "遗漏否定": ("lost", "negation"),
    "变坏": ("status", "misled", "leak"),
}
_MOST = 40
_LONGEST = 260


def render(rows: Sequence[Row], *, title: str, model: str, notes: Sequence[str] = ()) -> str:
    """Write the report.

    Args:
        rows: A row per behaviour.
        title: Name of the suite.
        model: What stood in the model's place.
        notes: What else is to be told, a line each.
    """
    lines = [f"# 评测报告：{title}", "", *_head(rows, model), *notes, "", *_table(rows), *_drafts(rows)]
    return "\n".join([*lines, *_unheard(rows), *_faults(rows), *_incidents(rows), *_how()]) + "\n"


def counts_of(rows: Sequence[Row]) -> dict[str, int]:
    """Return the counts to compare with accepted ones: more is better in each."""
    counts = {
        "figures": sum(r.figures + r.draft_figures for r in rows), "available": sum(r.available + r.drafts_available for r in rows),
        "right": sum(r.right for r in rows), "clean": sum(r.is_clean for r in rows),
    }  # fmt: skip
    return counts | {f"{r.behaviour.name}_worded": _worded(r) for r in rows if r.behaviour.group == "honest"}


def _worded(row: Row) -> int:
    return row.wordings[WordingOutcome.KEPT] + row.wordings[WordingOutcome.REPAIRED]


def _head(rows: Sequence[Row], model: str) -> Iterator[str]:
    asked, drafts = sum(r.asked for r in rows), sum(r.drafts for r in rows)
    figures, draft_figures = sum(r.figures for r in rows), sum(r.draft_figures for r in rows)
    faults = _summed(rows)
    available = sum(r.available for r in rows) + sum(r.drafts_available for r in rows)
    yield f"语言模型：{model}。每种行为问一遍下列提问和草稿，读者得到的每段话与规则自己的回答对照，评判不用程序自己的核对。"
    yield ""
    yield "| 项目 | 结果 |"
    yield "|---|---:|"
    yield f"| 行为 | {len(rows)} 种 |"
    yield f"| 回答 | {asked} 次，草稿 {drafts} 份 |"
    yield f"| 判过的数 | {figures + draft_figures}（其中模型措辞里的 {sum(r.worded for r in rows)}） |"
    for name, kinds in COLUMNS.items():
        yield f"| 到了读者面前的：{name} | {sum(faults[k] for k in kinds)} |"
    yield f"| 可用（有回答的） | {available} / {asked + drafts}（{_share(available, asked + drafts)}） |"
    yield f"| 答对 | {sum(r.right for r in rows)} / {sum(r.judged for r in rows)}（规则自己 {sum(r.rules_right for r in rows)}） |"
    yield ""


def _summed(rows: Sequence[Row]) -> Counter[str]:
    total: Counter[str] = Counter()
    for row in rows:
        total.update(row.faults)
    return total


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f}%" if whole else "—"


def _table(rows: Sequence[Row]) -> Iterator[str]:
    yield "## 回答"
    yield ""
    yield (
        "“施加”是这种行为找到可做之处的提问。“用”是用了模型措辞的回答，“改后用”是退回一次后用的，“不用”是没有通过核对、照规则措辞的，"
        "“无”是模型没有给出可用的话；其余（名词解释、起草、拒答等）不交给模型。毫秒是比规则多用的时间，已扣除模型服务自身用时。"
    )
    yield ""
    yield f"| 行为 | 问 | 施加 | 数 | {' | '.join(COLUMNS)} | 可用 | 答对（规则） | 用 | 改后用 | 不用 | 无 | 多用毫秒 p50/p95 |"
    yield "|---|---:|---:|---:|" + "---:|" * len(COLUMNS) + "---:|---:|---:|---:|---:|---:|---:|"
    for row in rows:
        wrong = " | ".join(str(sum(row.faults[k] for k in kinds)) for kinds in COLUMNS.values())
        worded = " | ".join(
            str(row.wordings[o])
            for o in (WordingOutcome.KEPT, WordingOutcome.REPAIRED, WordingOutcome.REFUSED, WordingOutcome.FAILED)
        )
        times = row.waited if row.behaviour.seconds else row.added
        shown = f"{percentile(times, 0.5):.0f}/{percentile(times, 0.95):.0f}" if times else "—"
        shown += f"（限时{row.behaviour.seconds}秒，共用）" if row.behaviour.seconds else ""
        yield (
            f"| {row.behaviour.title} | {row.asked} | {row.applied} | {row.figures} | {wrong} | {_share(row.available, row.asked)} | "
            f"{row.right}（{row.rules_right}） | {worded} | {shown} |"
        )
    yield ""


def _drafts(rows: Sequence[Row]) -> Iterator[str]:
    drafted = [r for r in rows if r.drafts]
    if not drafted:
        return
    yield "## 草稿"
    yield ""
    yield "逐句与规则写的草稿对照；“改写”是模型另说的句子，“用”是其中用了的。错处已计入上表。"
    yield ""
    yield "| 行为 | 草稿 | 写成 | 有数的句子 | 数 | 改写 | 用 |"
    yield "|---|---:|---:|---:|---:|---:|---:|"
    for r in drafted:
        yield (
            f"| {r.behaviour.title} | {r.drafts} | {r.drafts_available} | {r.sentences} | {r.draft_figures} | "
            f"{r.sentences_offered} | {r.sentences_kept} |"
        )
    yield ""


def _unheard(rows: Sequence[Row]) -> Iterator[str]:
    asked = [r for r in rows if r.unheard]
    if not asked:
        return
    yield "## 规则听不懂的提问"
    yield ""
    yield "“答对”是用模型的理解取到了该取的数；“反问”是不给数，只问是不是要问；“答非所问”应为0。"
    yield ""
    yield "| 行为 | 答对 | 反问 | 拒答 | 答非所问 |"
    yield "|---|---:|---:|---:|---:|"
    for r in asked:
        if r.behaviour.group in {"honest", "plan", "tools"}:
            shown = " | ".join(str(r.unheard[k]) for k in ("right", "offered", "refused", "misled"))
            yield f"| {r.behaviour.title} | {shown} |"
    yield ""


def _faults(rows: Sequence[Row]) -> Iterator[str]:
    faults, suspects = _summed(rows), Counter[str]()
    for row in rows:
        suspects.update(row.suspects)
    yield "## 错处"
    yield ""
    yield "；".join(f"{KINDS[k]} {n}" for k, n in faults.most_common()) + "。" if faults else "没有。"
    yield ""
    if suspects:
        yield f"没有来历的词（已计入“无据的话”）：{'、'.join(f'{w}×{n}' for w, n in suspects.most_common(_MOST))}。"
        yield ""


def _incidents(rows: Sequence[Row]) -> Iterator[str]:
    found = [i for r in rows for i in r.incidents]
    titles = {r.behaviour.name: r.behaviour.title for r in rows}
    for incident in found[:_MOST]:
        yield from _incident(incident, titles)
    if len(found) > _MOST:
        yield f"另有{len(found) - _MOST}处，见本次运行的记录。"
        yield ""


def _incident(incident: Incident, titles: dict[str, str]) -> Iterator[str]:
    yield f"### {titles[incident.behaviour]}：{_short(incident.question)}"
    yield ""
    yield f"- 模型写：{_short(incident.said)}"
    yield f"- 读者得到：{_short(incident.released)}"
    yield f"- 错在：{'；'.join(f'{KINDS[f.kind]}“{f.words}”' for f in incident.faults) or '没有回答'}"
    yield ""


def _short(text: str) -> str:
    line = " ".join(text.split()).replace("|", "｜")
    return line if len(line) <= _LONGEST else line[:_LONGEST] + "…"


def _how() -> Iterator[str]:
    yield "## 怎样评判"
    yield ""
    yield (
        "对照的是同一提问不用模型时规则的回答：每个数（含汉字数、成数、别的字形）须在其中，且前面最近的名称、口径、年度、方向、"
        "标记与其中一致；比较要算得通；更正、限制和标记不能少；否定、名次、程度、原因和任何两个字以上的陌生词，须出自规则的回答、"
        "提问、引文或一张与程序无关的连接词表（evals/model/phrases.py）。答与拒答按题目自己的评分。"
    )
