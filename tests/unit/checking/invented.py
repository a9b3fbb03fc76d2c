"""A disclosure of an office that does not exist, whose tables agree with each other; tests change a few words of it."""

from __future__ import annotations

from service.checking.material import material_of
from service.checking.structure import structure_findings
from service.domain.document import Document
from service.domain.finding import Finding
from service.vocabulary.vocabulary import Vocabulary
from tests.samples import ingest_text

Change = tuple[str, str]

TEXT = """\
云溪市示例局

2025 年度部门预算

目 录

第一部分 云溪市示例局概况

第二部分 云溪市示例局2025年部门预算情况说明

第三部分 名词解释

附件：

一、2025年部门收支总体情况表

二、2025年部门收入总体情况表

三、2025年部门支出总体情况表

四、2025年财政拨款收支总体情况表

五、2025年一般公共预算支出情况表

六、2025年一般公共预算基本支出表

七、2025年支出经济分类汇总表

八、2025年一般公共预算“三公”经费支出情况表

九、2025年政府性基金预算支出情况表

十、2025年国有资本经营预算支出情况表

十一、2025年项目支出表

十二、2025年部门预算项目绩效目标汇总表

第一部分

云溪市示例局概况

一、部门主要职责

1. 本文由脚本生成，单位、职责和数字都是虚构的。

第二部分

云溪市示例局2025年度部门预算情况说明

一、收入支出预算总体情况说明

云溪市示例局2025年收入总计1234.56万元，支出总计1234.56万元。

二、政府采购情况说明

云溪市示例局2025年政府采购预算85.40万元，其中：货物35.40万元；工程0万元；服务50.00万元。

第三部分

名词解释

一、财政拨款收入：是指本级财政当年拨付的资金。

附件：

"""

TABLES: tuple[tuple[str, tuple[str, ...], str], ...] = (
    (
        "部门收支总体情况表",
        (
            "收入\t\t支出\t", "项目\t金额\t项目\t金额", "一、一般公共预算\t1234.56\t一、一般公共服务\t1134.46",
            "二、政府性基金预算拨款收入\t\t八、社会保障和就业\t50.10", "三、国有资本经营预算拨款收入\t\t十、卫生健康\t20.00",
            "四、其他收入\t\t二十一、住房保障支出\t30.00", "本年收入合计\t1234.56\t本年支出合计\t1234.56",
            "上年结转结余\t\t年终结转结余\t", "收入总计\t1234.56\t支出总计\t1234.56",
        ),
        "",
    ),
    (
        "部门收入总体情况表",
        (
            "部门(单位)代码\t部门(单位)名称\t总计\t本年收入\t\t\t上年结转结余", "\t\t\t合计\t一般公共预算\t其他收入\t",
            "\t合计\t1234.56\t1234.56\t1234.56\t\t", "901\t云溪市示例局\t1234.56\t1234.56\t1234.56\t\t",
            "901001\t云溪市示例局本级\t1134.56\t1134.56\t1134.56\t\t", "901002\t云溪市示例中心\t100.00\t100.00\t100.00\t\t",
        ),
        "",
    ),
    (
        "部门支出总体情况表",
        (
            "科目编码\t\t\t科目名称\t合计\t基本支出\t\t\t\t项目支出", "\t\t\t\t\t小计\t人员经费\t\t公用经费\t",
            "类\t款\t项\t\t\t\t工资福利支出\t对个人和家庭的补助\t商品和服务支出\t",
            "\t\t\t合计\t1234.56\t834.56\t650.30\t50.00\t134.26\t400.00",
            "201\t03\t01\t行政运行\t734.46\t734.46\t550.20\t50.00\t134.26\t",
            "201\t03\t02\t一般行政管理事务\t400.00\t\t\t\t\t400.00",
            "208\t05\t05\t机关事业单位基本养老保险缴费支出\t50.10\t50.10\t50.10\t\t\t",
            "210\t11\t01\t行政单位医疗\t20.00\t20.00\t20.00\t\t\t", "221\t02\t01\t住房公积金\t30.00\t30.00\t30.00\t\t\t",
        ),
        "",
    ),
    (
        "财政拨款收支总体情况表",
        (
            "收入\t\t支出\t\t\t\t", "项目\t金额\t项目\t合计\t一般公共预算\t政府性基金\t国有资本经营预算",
            "一、本年收入\t1234.56\t一、本年支出\t1234.56\t1234.56\t\t",
            "（一）一般公共预算拨款\t1234.56\t（一）一般公共服务支出\t1134.46\t1134.46\t\t",
            "（二）政府性基金预算拨款\t\t（二）社会保障和就业支出\t50.10\t50.10\t\t",
            "（三）国有资本经营预算拨款\t\t（三）卫生健康支出\t20.00\t20.00\t\t", "二、上年结转\t\t（四）住房保障支出\t30.00\t30.00\t\t",
            "\t\t二、年终结转结余\t\t\t\t", "收入合计\t1234.56\t支出合计\t1234.56\t1234.56\t\t",
        ),
        "",
    ),
    (
        "一般公共预算支出情况表",
        (
            "科目编码\t\t\t科目名称\t合计\t基本支出\t\t\t\t项目支出", "\t\t\t\t\t小计\t人员经费\t\t公用经费\t",
            "类\t款\t项\t\t\t\t工资福利支出\t对个人和家庭的补助\t商品和服务支出\t",
            "\t\t\t合计\t1234.56\t834.56\t650.30\t50.00\t134.26\t400.00",
            "201\t03\t01\t行政运行\t734.46\t734.46\t550.20\t50.00\t134.26\t",
            "201\t03\t02\t一般行政管理事务\t400.00\t\t\t\t\t400.00",
            "208\t05\t05\t机关事业单位基本养老保险缴费支出\t50.10\t50.10\t50.10\t\t\t",
            "210\t11\t01\t行政单位医疗\t20.00\t20.00\t20.00\t\t\t", "221\t02\t01\t住房公积金\t30.00\t30.00\t30.00\t\t\t",
        ),
        "",
    ),
    (
        "一般公共预算基本支出表",
        (
            "部门预算支出经济分类科目\t\t政府预算支出经济分类科目编码\t\t本年一般公共预算基本支出\t\t",
            "科目编码\t科目名称\t科目编码\t科目名称\t合计\t人员经费\t公用经费", "合计\t\t\t\t834.56\t700.30\t134.26",
            "30101\t基本工资\t50101\t工资奖金津补贴\t300.20\t300.20\t", "30102\t津贴补贴\t50101\t工资奖金津补贴\t250.00\t250.00\t",
            "30108\t机关事业单位基本养老保险缴费\t50102\t社会保障缴费\t50.10\t50.10\t",
            "30110\t职工基本医疗保险缴费\t50102\t社会保障缴费\t20.00\t20.00\t", "30113\t住房公积金\t50103\t住房公积金\t30.00\t30.00\t",
            "30201\t办公费\t50201\t办公经费\t121.76\t\t121.76", "30217\t公务接待费\t50206\t公务接待费\t2.50\t\t2.50",
            "30231\t公务用车运行维护费\t50208\t公务用车运行维护费\t10.00\t\t10.00", "30302\t退休费\t50905\t离退休费\t50.00\t50.00\t",
        ),
        "",
    ),
    (
        "支出经济分类汇总表",
        (
            "部门预算经济分类\t\t\t政府预算经济分类\t\t\t总计\t一般公共预算\t政府性基金",
            "类\t款\t科目名称\t类\t款\t科目名称\t\t\t", "\t\t合计\t\t\t\t1234.56\t1234.56\t",
            "301\t01\t基本工资\t501\t01\t工资奖金津补贴\t300.20\t300.20\t", "301\t02\t津贴补贴\t501\t01\t工资奖金津补贴\t250.00\t250.00\t",
            "301\t08\t机关事业单位基本养老保险缴费\t501\t02\t社会保障缴费\t50.10\t50.10\t",
            "301\t10\t职工基本医疗保险缴费\t501\t02\t社会保障缴费\t20.00\t20.00\t", "301\t13\t住房公积金\t501\t03\t住房公积金\t30.00\t30.00\t",
            "302\t01\t办公费\t502\t01\t办公经费\t121.76\t121.76\t", "302\t17\t公务接待费\t502\t06\t公务接待费\t2.50\t2.50\t",
            "302\t27\t委托业务费\t502\t05\t委托业务费\t400.00\t400.00\t",
            "302\t31\t公务用车运行维护费\t502\t08\t公务用车运行维护费\t10.00\t10.00\t", "303\t02\t退休费\t509\t05\t离退休费\t50.00\t50.00\t",
        ),
        "",
    ),
    (
        "一般公共预算“三公”经费支出情况表",
        (
            "“三公”经费合计\t因公出国（境）费用\t公务用车购置及运行费\t\t\t公务接待费",
            "\t\t小计\t公务用车购置费\t公务用车运行费\t", "12.50\t\t10.00\t\t10.00\t2.50",
        ),
        "",
    ),
    (
        "政府性基金预算支出情况表",
        ("科目编码\t\t\t科目名称\t合计\t基本支出\t项目支出", "类\t款\t项\t\t\t\t", "\t\t\t合计\t\t\t"),
        "注：本部门没有政府性基金预算支出，故本表为空表。",
    ),
    (
        "国有资本经营预算支出情况表",
        ("科目编码\t\t\t科目名称\t合计\t基本支出\t项目支出", "类\t款\t项\t\t\t\t", "\t\t\t合计\t\t\t"),
        "注：本部门没有国有资本经营预算支出，故本表为空表。",
    ),
    (
        "项目支出表",
        (
            "类型\t项目名称\t项目单位\t合计\t本年拨款\t", "\t\t\t\t一般公共预算\t政府性基金预算", "\t合计\t\t400.00\t400.00\t",
            "特定目标类\t数据归集服务\t云溪市示例局本级\t300.00\t300.00\t", "其他运转类\t普法宣传经费\t云溪市示例中心\t100.00\t100.00\t",
        ),
        "",
    ),
    (
        "部门预算项目绩效目标汇总表",
        (
            "单位编码（项目编码）\t项目单位（项目名称）\t项目金额（万元）\t绩效目标\t\t\t",
            "\t\t资金总额\t成本指标\t\t产出指标\t", "\t\t\t三级指标\t指标值\t三级指标\t指标值",
            "901001\t云溪市示例局本级\t300.00\t\t\t\t",
            "410000250000000000001\t数据归集服务\t300.00\t数据归集服务总成本\t≤300万元\t工作完成时间\t2025年12月31日前",
            "901002\t云溪市示例中心\t100.00\t\t\t\t",
            "410000250000000000002\t普法宣传经费\t100.00\t普法宣传经费\t≤100万元\t宣传场次\t≥12场",
        ),
        "",
    ),
)  # fmt: skip


def text_with(*changes: Change) -> str:
    """Return the disclosure with each (printed, changed) pair exchanged once.

    Raises:
        ValueError: A change finds nothing to change.
    """
    parts = [TEXT]
    for title, rows, note in TABLES:
        width = max(r.count("\t") for r in rows)
        body = "\n".join(r + "\t" * (width - r.count("\t")) for r in rows)
        parts += [f"2025 年{title}\n\n部门名称：云溪市示例局\n\n单位：万元\n\n{body}\n\n{note}\n\n"]
    text = "".join(parts)
    for old, new in changes:
        title, _, printed = old.rpartition("@")
        start = text.index(f"2025 年{title}") if title else 0
        at = text.index(printed, start)
        text = text[:at] + new + text[at + len(printed) :]
    return text


def document_with(vocabulary: Vocabulary, *changes: Change) -> Document:
    """Take the changed disclosure in."""
    return ingest_text(text_with(*changes), vocabulary)


def found_in(vocabulary: Vocabulary, *changes: Change) -> tuple[Finding, ...]:
    """Return what the structure checks find in the changed disclosure."""
    return structure_findings(material_of(document_with(vocabulary, *changes), (), (), vocabulary))


def in_table(title: str, printed: str, changed: str) -> Change:
    """Return the change of the first *printed* in the table of that title."""
    return f"{title}@{printed}", changed
