"""Findings: what a reader should know about a document or a text. Returned, never raised."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, unique

from service.domain.fact import Source


@unique
class Severity(Enum):
    """How much a finding matters."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something a reader should know.

    Attributes:
        code: Stable name, listed in the documentation: ``total-does-not-add-up``.
        severity: ERROR, WARNING or NOTE.
        message: In Chinese: what, where, stated and expected.
        sources: The places concerned.
        stated: What is printed, "" where it does not apply.
        expected: What was expected, "" where it does not apply.
        working: The arithmetic that leads to it, "" where there is none.
    """

    code: str
    severity: Severity
    message: str
    sources: tuple[Source, ...] = ()
    stated: str = ""
    expected: str = ""
    working: str = ""


#: Every finding code, with what it means. The documentation lists them, and a test keeps it so.
FINDING_CODES: dict[str, str] = {
    "other-tables": "交来对照的表属于别的部门或年度",
    "no-tables-to-check-by": "没有可对照的表格，只能核对文字内部的算术",
    "no-figures": "文字里没有可核对的数字",
    "empty-template": "文件里有表格，但没有一个数字，像是空白模板",
    "no-tables": "文件里没有表格，只能回答正文写到的内容",
    "row-does-not-add-up": "一行里，合计不等于各分栏之和",
    "total-does-not-add-up": "一列里，合计不等于各明细之和",
    "places-disagree": "同一口径在两处印出的数不一致",
    "part-exceeds-whole": "“其中”项大于它所属的项",
    "ratio-does-not-follow": "写出的增减率与增减额、上年数算不拢",
    "identity-fails": "其他勾稽关系不成立",
    "level-mismatch": "财政级次与部门所在地不符，疑为模板残留",
    "garbled-words": "词语错字或串字",
    "stale-date": "绩效指标的日期早于预算年度",
    "ceiling-above-budget": "成本指标上限高于项目预算",
    "ceilings-conflict": "同一项目有几个不同的成本上限",
    "reason-contradicts-figures": "增减的原因提到没有变动的项目",
    "table-does-not-add-up": "一张表多处加总不成立，像是整表填错或没有读对",
    "rule-does-not-hold": "一条勾稽规则不成立",
    "code-name-mismatch": "科目编码与名称对不上",
    "codes-do-not-pair": "部门经济科目与政府经济科目对应不上",
    "code-twice": "同一张表里同一编码印了两次",
    "wrong-nature": "科目与基本支出、项目支出的性质不合",
    "wrong-column": "人员、公用的数填错了栏",
    "unusual-class": "基本支出表里出现通常不用的科目类",
    "empty-table-without-note": "空表没有说明",
    "note-contradicts-table": "说明写没有数据，表里有数",
    "table-missing": "缺一张应有的表",
    "contents-differ": "目录列的表与正文的表不一致",
    "unit-without-code": "单位行没有代码",
    "total-unlabelled": "合计行没有写“合计”",
    "procurement-zero": "采购预算为0，而项目或指标写有购置",
    "function-missing": "有养老、医保、公积金支出，对应功能科目却为空",
    "other-spending-high": "“其他”科目占比过高",
    "project-code-length": "项目编码的长度与其他的不同",
    "target-not-measurable": "效益指标的值没有数字，不可衡量",
    "project-name-twice": "不同单位的项目同名，容易混淆",
    "last-year-differs": "上年数与上年文件的本年数不同",
    "units-do-not-add-up": "部门汇总数与各单位之和不同",
}
