"""The right plan of a question, made from the formulas by which the rules answer it or from what is known by hand."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from evals.model.behaviours import Plan

_DIMENSIONS = {"项目": "项目", "功能科目": "功能科目", "经济科目": "经济科目", "单位": "单位", "资金来源": "资金来源"}
_YEAR = re.compile(r"@(\d{4})")


@dataclass(frozen=True, slots=True)
class Unheard:
    """A question that the rules do not understand.

    Attributes:
        question: As typed.
        figures: The formulas of its answer, empty where no document answers it.
        value: The printed digits of the answer with the unit, "" where there is none.
    """

    question: str
    figures: tuple[str, ...]
    value: str = ""


#: Checked by hand against the tables of the seed.
UNHEARD: tuple[Unheard, ...] = (
    Unheard("打电话寄快递的花销是多少", ("支出[30207]",), "1.51万元"),
    Unheard("电脑国产化替换那摊子事要砸多少钱", ("支出[项目=信创工程]",), "290.00万元"),
    Unheard("逢年过节看望慰问的钱有多少", ("支出[项目=慰问经费]",), "7.00万元"),
    Unheard("把档案弄成电子版要花多少", ("支出[项目=档案数字化专项经费]",), "5.00万元"),
    Unheard("党员活动的钱给了多少", ("支出[项目=党建经费]",), "0.78万元"),
    Unheard("一年到头口袋里能进多少", ("收入",), "950.47万元"),
    Unheard("手机办公那个系统批了多少", ("支出[项目=移动办公系统专项经费]",), "14.26万元"),
    Unheard("事业编那边人员运转花多少", ("支出[2013150]",), "175.39万元"),
    Unheard("行政这一块运转花了多少", ("支出[2013101]",), "361.88万元"),
    Unheard("工会那边拨了多少", ("支出[30228]",), "5.45万元"),
    Unheard("福利待遇这一项是多少", ("支出[30229]",), "10.49万元"),
    Unheard("职工吃的养老那份钱要多少", ("支出[30108]",), "46.92万元"),
    Unheard("机关事业单位干部的底薪合计多少", ("支出[30101]",), "142.12万元"),
    Unheard("单位的车保养加油要多少", ("支出[30231]",), "5.50万元"),
    Unheard("涉密计算机更换工程的造价", ("支出[项目=信创工程]",), "290.00万元"),
    Unheard("花在人身上的钱", ("支出[人员经费]",), "484.33万元"),
    Unheard("维持机关转动的经费", ("支出[公用经费]",), "52.94万元"),
    Unheard("老干部慰问款", ("支出[项目=慰问经费]",), "7.00万元"),
    Unheard("电子政务网络运维资金", ("支出[项目=电子政务内网专项经费]",), "11.76万元"),
    Unheard("移动终端办公平台资金", ("支出[项目=移动办公系统专项经费]",), "14.26万元"),
    Unheard("档案电子化投入", ("支出[项目=档案数字化专项经费]",), "5.00万元"),
    Unheard("国库掏的钱总共是多少", ("支出[资金来源=一般公共预算]",), "950.47万元"),
    Unheard("人吃马喂一年多少", ()),
    Unheard("领导家里的保姆一年要给多少", ()),
    Unheard("食堂大锅饭补了多少", ()),
)


def plan_of(formulas: Sequence[str], year: int = 0) -> Plan:
    """Return the plan that asks for formulas.

    Args:
        formulas: As an answer's plan has them.
        year: That the question names, 0 for none.

    Example:
        >>> plan_of(["占比(支出[基本支出], 支出)"])["operation"], plan_of(["收入@2023 - 收入"], 2024)["base_year"]
        ('share', 2023)

    """
    first = formulas[0] if formulas else ""
    made: Plan = {"operation": "none", "figures": [], "year": year, "base_year": 0, "entity": "", "dimension": ""}
    if not first or first.startswith(("写作提纲", "名词解释", "文字检查", "绩效指标", "一致", "换算", "筛选")):
        return made
    years = [int(y) for y in _YEAR.findall(first)]
    call = re.fullmatch(r"(占比|倍数|合计|排序|个数)\((.*)\)", first)
    sides = [_YEAR.sub("", s) for s in re.split(r" [-−] ", first)]
    if call:
        return made | _called(call[1], _arguments(call[2]))
    if len(sides) == 2 and sides[0] == sides[1]:
        base = min(years) if years else 0
        return made | {"operation": "change", "figures": [sides[0]], "year": year or base + 1, "base_year": base}
    if len(sides) == 2 and all(re.fullmatch(r"[^()]+", s) for s in sides):
        return made | {"operation": "difference", "figures": sides}
    return made | {"operation": "value", "figures": [_YEAR.sub("", first)]}


def _called(function: str, given: list[str]) -> Plan:
    operation = {"占比": "share", "倍数": "times", "合计": "sum", "排序": "rank", "个数": "count"}[function]
    every = re.search(r"([一-鿿]+)=\*", given[0]) if given else None
    if operation in {"rank", "count"} or every:
        dimension = _DIMENSIONS.get(every[1] if every else "", "项目")
        base = re.sub(r"\[[^\]]*\]", "", given[0]) if given else "支出"
        return {"operation": operation, "figures": [base] if operation != "count" else [], "dimension": dimension}
    return {"operation": operation, "figures": given}


def _arguments(inside: str) -> list[str]:
    """Split at the commas that stand in no bracket."""
    parts, depth = [""], 0
    for character in inside:
        depth += (character in "([") - (character in ")]")
        if character == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    return [p.strip() for p in parts if p.strip()]
