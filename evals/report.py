"""Write a run as Markdown that a finance officer can read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from evals.runner import Difference, Outcome, Run
from evals.scorers import RIGHT, TITLES

_KINDS = {
    "lookup": "查数",
    "share": "占比",
    "change": "增减",
    "why": "原因",
    "ranking": "排序",
    "sum_filter": "汇总筛选",
    "comparison": "比较",
    "cross_table": "表间核对",
    "definition": "名词解释",
    "performance": "绩效指标",
    "drafting": "起草",
    "unanswerable_trap": "不能答或有陷阱",
    "unit_conversion": "单位换算",
    "follow_up": "追问",
    "colloquial_typo": "口语与错字",
    "multi_doc": "跨文件",
    "trend": "多年趋势",
}
_LONGEST = 400


def render(run: Run, difference: Difference) -> str:
    """Write the report of a run."""
    parts = [_head(run), _by_kind(run.outcomes), _by_scorer(run.outcomes), _difference(run, difference)]
    return "\n".join([*parts, _failures(run.outcomes)])


def _head(run: Run) -> str:
    cited = [o.scores["citation"] for o in run.outcomes if o.scores and o.scores["citation"].value is not None]
    cells, wanted = sum(s.found for s in cited), sum(s.total for s in cited)
    whole = sum(s.value or 0 for s in cited)
    answered = [o.answer for o in run.outcomes if o.answer is not None and o.answer.results]
    places = sum(len(a.citations) for a in answered)
    lines = [
        f"# 评测报告：{run.suite}",
        "",
        f"代码版本 {run.commit}。" + _settings_line(run),
        "",
        "| 项目 | 结果 |",
        "|---|---:|",
        f"| 答对 | {run.right} / {len(run.outcomes)}（{_share(run.right, len(run.outcomes))}） |",
        f"| 没有依据的数字 | {run.unsupported} |",
        f"| 依据引用到格（按格） | {cells} / {wanted}（{_share(cells, wanted)}） |",
        f"| 依据引用齐全（按题） | {whole} / {len(cited)}（{_share(whole, len(cited))}） |",
        f"| 平均每答引用 | {places / len(answered):.1f} 处 |" if answered else "| 平均每答引用 | 0 处 |",
        "",
    ]
    return "\n".join(lines)


def _settings_line(run: Run) -> str:
    model = run.settings.get("llm_model", "")
    return f"语言模型：{model}。" if model else "没有用语言模型。"


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f}%" if whole else "—"


def _by_kind(outcomes: Sequence[Outcome]) -> str:
    groups: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        groups[outcome.case.kind].append(outcome)
    lines = ["## 按题型", "", "| 题型 | 答对 | 共 | 答错的题 |", "|---|---:|---:|---|"]
    for kind, group in groups.items():
        wrong = "、".join(o.case.id for o in group if not o.is_right)
        right = sum(o.is_right for o in group)
        lines.append(f"| {_KINDS.get(kind, kind)} | {right} | {len(group)} | {wrong} |")
    return "\n".join([*lines, ""])


def _by_scorer(outcomes: Sequence[Outcome]) -> str:
    lines = [
        "## 按评分项",
        "",
        "“不评”是本题不涉及这一项，不计入对错。前十二项决定一题是否答对。",
        "",
        "| 评分项 | 对 | 错 | 不评 | 错的题 |",
        "|---|---:|---:|---:|---|",
    ]
    for name, title in TITLES.items():
        scored = [(o.case.id, o.scores[name].value) for o in outcomes if name in o.scores]
        right, wrong = (sum(v == wanted for _, v in scored) for wanted in (1, 0))
        which = "、".join(i for i, v in scored if v == 0)
        lines.append(f"| {title} | {right} | {wrong} | {len(outcomes) - right - wrong} | {which} |")
    return "\n".join([*lines, ""])


def _difference(run: Run, difference: Difference) -> str:
    if not difference.has_baseline:
        return f"## 与认可结果比较\n\n还没有认可的结果。认可本次：`python -m evals {run.suite} --accept`。\n"
    if not (difference.worse or difference.better or difference.new):
        return "## 与认可结果比较\n\n没有变化。\n"
    lines = ["## 与认可结果比较", ""]
    for title, entries in (("变差", difference.worse), ("变好", difference.better), ("新题", difference.new)):
        if entries:
            lines += [f"**{title}（{len(entries)}）**", "", *(f"- {entry}" for entry in entries), ""]
    return "\n".join(lines)


def _failures(outcomes: Iterable[Outcome]) -> str:
    """List every case with anything wrong: question, expected, got, why."""
    lines = ["## 每个错处", ""]
    for outcome in outcomes:
        faults = [(n, s) for n, s in outcome.scores.items() if s.value == 0]
        if outcome.error or faults:
            lines += _failure(
                outcome, [f"{TITLES[n]}{'' if n in RIGHT else '（不影响对错）'}：{s.explanation}" for n, s in faults]
            )
    return "\n".join(lines if len(lines) > 2 else [*lines, "没有。", ""])


def _failure(outcome: Outcome, faults: Sequence[str]) -> list[str]:
    case, answer = outcome.case, outcome.answer
    asked = " → ".join((*case.history, case.question))
    got = f"（{answer.status.value}）{answer.text}" if answer is not None else f"出错：{outcome.error}"
    return [
        f"### {case.id} {'对，但' if outcome.is_right else '错'}",
        "",
        f"- 问：{asked}",
        f"- 应为：{_expected(outcome)}",
        f"- 得到：{_short(got)}",
        *(f"- {_short(fault)}" for fault in faults),
        "",
    ]


def _expected(outcome: Outcome) -> str:
    case = outcome.case
    parts = [f"{case.number}{case.unit}" if case.number is not None else "", case.answer]
    parts += [f"引“{q}”" for q in case.quotes]
    if case.must_contain:
        parts.append(f"须有 {'、'.join(case.must_contain)}")
    return _short("；".join(dict.fromkeys(p for p in parts if p)))


def _short(text: str) -> str:
    """Write on one line, cut where it gets long."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else line[:_LONGEST] + "…"
