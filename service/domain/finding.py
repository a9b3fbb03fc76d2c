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
    "stale-year": "年份不是本年度的，疑为往年文本残留",
    "compared-with-itself": "比较年份写错，把本年和本年自己相比",
    "template-residue": "模板残留：占位符、填写提示、没有选定的增减",
    "missing-figure": "应有数字的地方空着",
    "empty-reason": "写了“主要原因”却没有写原因",
    "hollow-reason": "原因空泛",
    "reason-without-change": "持平而写了原因",
    "reason-against-direction": "原因的方向与增减相反",
    "missing-reason": "写了增减，没有写原因",
    "frugality-against-increase": "写过紧日子，“三公”经费总额却增加",
    "names-vary": "部门名称前后写法不一",
    "foreign-name": "写了别的单位的名称",
    "old-class-name": "用了旧科目名",
    "old-term": "名词解释用了旧名词",
    "stated-twice": "列举中一种资金写了两遍，另一种没有写",
    "heading-twice": "标题序号重复",
    "ordinal-jump": "标题序号跳号",
    "headings-differ": "目录与正文的标题不一致",
    "section-missing": "没有找到应公开的内容",
    "punctuation": "标点有误",
    "doubled-words": "词语重复",
    "decimals-vary": "同一个数的小数位数不统一",
    "wording-varies": "同一意思的说法混用",
    "vague-flat": "“基本持平”不是确切的说法",
    "change-of-zero": "没有变动却写增加0万元、增长0%",
    "rate-from-zero": "基数为0却写了增减率或完成率",
    "bases-vary": "比较的基数不统一",
    "row-missing": "科目的上级行或明细行缺失，疑漏一行",
    "codes-unordered": "科目没有按编码排列",
    "form-number-missing": "只有个别表印了表号",
    "typo": "常见错字",
    "genre-mixed": "部门预算与单位预算的说法混用",
    "figure-differs-from-table": "正文的数与表中同一口径的数不同",
    "figure-not-in-its-rows": "正文的数与表中同名各行的数都不同",
    "last-digit-differs": "正文的数与表中或算出的数只差末位，疑为四舍五入的尾差",
    "figures-do-not-agree": "同一处的几个数互相算不拢，疑为这一个写错",
    "point-for-percent": "增减率的单位写成了百分点",
    "direction-wrong": "增加、减少等方向与数字不符",
    "cut-off-not-rounded": "比率没有四舍五入，疑为截断",
    "change-does-not-follow": "写出的增减额不等于两年数之差",
    "rate-does-not-follow": "写出的增减率或完成率与数字算不拢",
    "share-does-not-follow": "写出的占比与部分、整体的数算不拢",
    "total-does-not-fit-shares": "合计与所列各项的占比算不拢",
    "list-does-not-add-up": "所列各项之和不等于合计",
    "changes-do-not-add-up": "各项增减额之和不等于合计的增减额",
    "year-wrong": "数字是预算年度的，年份写成了别的年度",
    "unit-odd": "金额单位与全文不同，疑为元与万元写错",
    "performance-exceeds-projects": "绩效目标涉及的资金多于项目支出",
    "figure-changed-by-hand": "人工改动或新增的数字没有依据",
    "figure-without-source": "人工补入的数字还没有写明来源",
    "direction-changed-by-hand": "人工改动了增加、减少、持平等方向",
    "year-changed-by-hand": "人工改动了年份",
    "figure-moved-by-hand": "数字被互换，或挪到了别的项目名下",
    "figure-removed-by-hand": "人工删去了有来源的数字",
    "gap-removed": "没有补上的【待补充】连同所在的文字删去了",
    "wording-changed-near-figure": "数字没有改，它前后的文字改了",
    "given-source-differs": "写明的来源算出来不是这个数",
    "given-source-unused": "写明来源的数字在文字里没有找到",
    "reason-refused": "起草：给的原因不能写入（空、残留、标记、过长）",
    "reason-unused": "起草：给的原因没有用上",
    "known-unused": "起草：给的情况没有用上",
    "known-unreadable": "起草：给的情况读不出数",
    "known-refused": "起草：给的情况不能写入",
    "known-differs": "起草：给的情况与文件印的数不同",
    "quoted-from-other-year": "起草：原因引自别的年度",
    "reason-part-left-out": "起草：引用的原因有与数字不符的部分，没有采用",
    "doubtful-cell": "起草：用到的单元格所在的表加总不成立",
    "last-year-derived": "起草：上年数由增减额推算",
    "model-unreachable": "连不上语言模型的服务，已按规则作答",
    "model-key-refused": "语言模型的服务不认密钥，已按规则作答",
    "model-unknown": "语言模型的服务没有这个名称的模型，已按规则作答",
    "model-incompatible": "语言模型的服务不兼容，已按规则作答",
    "model-overflow": "交给语言模型的内容超过它的长度上限，已按规则作答",
    "model-busy": "语言模型的服务繁忙或额度用尽，已按规则作答",
    "model-slow": "语言模型没有在限定时间内答完，已按规则作答",
    "model-broken": "语言模型的回复中断、为空或不能用，已按规则作答",
    "model-wording-refused": "语言模型的措辞没有通过核对，已改用规则的措辞",
    "model-plan-refused": "语言模型对问题的理解不能用，已按规则理解",
}
