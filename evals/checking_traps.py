"""Small invented documents in which something looks wrong and is not, and their twins in which it is.

Every trap is the same disclosure of an office that does not exist, with a few words changed. A silent one must
raise no error; a twin must, so that silence is not bought with blindness.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from evals.cases import CASES
from service.adapters.readers.text import read_text
from service.ingestion.blocks import Reading

TRAPS = CASES / "checking_traps.csv"
_MAX_BYTES = 1_000_000
_AMOUNT = re.compile(r"\d+\.\d{2,6}")

_TEXT = """\
云溪市示例局

2025 年度部门预算

目 录

第一部分 云溪市示例局概况

第二部分 云溪市示例局2025年部门预算情况说明

第三部分 名词解释

第一部分

云溪市示例局概况

一、部门主要职责

1. 本文由脚本生成，单位、职责和数字都是虚构的。

第二部分

云溪市示例局2025年度部门预算情况说明

一、收入支出预算总体情况说明

云溪市示例局2025年收入总计1234.56万元，支出总计1234.56万元，与2024年预算相比，收入增加34.56万元，增长2.88%，主要原因：新增数据归集项目；支出增加34.56万元，增长2.88%，主要原因：新增数据归集项目。

二、收入预算总体情况说明

云溪市示例局2025年收入合计1234.56万元，其中：一般公共预算1234.56万元；政府性基金预算0万元。

三、支出预算总体情况说明

云溪市示例局2025年支出合计1234.56万元，其中：基本支出834.56万元，占67.60%；项目支出400.00万元，占32.40%。

四、一般公共预算基本支出预算情况说明

云溪市示例局2025年一般公共预算基本支出834.56万元，其中：人员经费700.30万元，占83.91%；公用经费134.26万元，占16.09%。

五、“三公”经费预算情况说明

云溪市示例局2025年“三公”经费预算为12.50万元，比2024年减少0.50万元，下降3.85%，主要原因：压减公务接待。

（一）因公出国（境）费0万元，与上年持平。

（二）公务接待费2.50万元，比2024年减少0.50万元，下降16.67%，主要原因：压减公务接待。

（三）公务用车购置及运行费10.00万元，其中：公务用车购置费0万元；公务用车运行维护费10.00万元，与上年持平。

六、其他重要事项的情况说明

（一）机关运行经费

云溪市示例局2025年机关运行经费预算134.26万元，比2024年增加4.26万元，增长3.28%，主要原因：办公用房维修增加。

（二）政府采购

云溪市示例局2025年政府采购预算85.40万元，其中：货物35.40万元；工程0万元；服务50.00万元。

（三）国有资产

截至2024年12月31日，云溪市示例局共有车辆3辆。

第三部分

名词解释

一、财政拨款收入：是指本级财政当年拨付的资金。

附件：

"""

_TABLES: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "部门收支总体情况表",
        (
            "收入\t\t支出\t", "项目\t金额\t项目\t金额", "一、一般公共预算\t1234.56\t一、一般公共服务\t1234.56",
            "二、政府性基金预算拨款收入\t\t十七、援助其他地区支出\t", "三、其他收入\t\t十九、住房保障支出\t",
            "本年收入合计\t1234.56\t本年支出合计\t1234.56", "上年结转结余\t\t年终结转结余\t",
            "收入总计\t1234.56\t支出总计\t1234.56",
        ),
    ),
    (
        "财政拨款收支总体情况表",
        (
            "收入\t\t支出\t", "项目\t金额\t项目\t金额", "一、本年收入\t1234.56\t一、本年支出\t1234.56",
            "（一）一般公共预算拨款\t1234.56\t（一）一般公共服务支出\t1234.56",
            "（二）政府性基金预算拨款\t\t（二）教育支出\t", "二、上年结转\t\t二、年终结转结余\t",
            "收入合计\t1234.56\t支出合计\t1234.56",
        ),
    ),
    (
        "部门支出总体情况表",
        (
            "科目编码\t\t\t科目名称\t合计\t基本支出\t\t\t\t项目支出", "\t\t\t\t\t小计\t人员经费\t\t公用经费\t",
            "类\t款\t项\t\t\t\t工资福利支出\t对个人和家庭的补助\t商品和服务支出\t",
            "\t\t\t合计\t1234.56\t834.56\t650.30\t50.00\t134.26\t400.00",
            "201\t03\t01\t行政运行\t834.56\t834.56\t650.30\t50.00\t134.26\t",
            "201\t03\t02\t一般行政管理事务\t400.00\t\t\t\t\t400.00",
        ),
    ),
    (
        "一般公共预算基本支出表",
        (
            "部门预算支出经济分类科目\t\t政府预算支出经济分类科目编码\t\t本年一般公共预算基本支出\t\t",
            "科目编码\t科目名称\t科目编码\t科目名称\t合计\t人员经费\t公用经费", "合计\t\t\t\t834.56\t700.30\t134.26",
            "30101\t基本工资\t50101\t工资奖金津补贴\t400.30\t400.30\t",
            "30102\t津贴补贴\t50101\t工资奖金津补贴\t250.00\t250.00\t",
            "30302\t退休费\t50905\t离退休费\t50.00\t50.00\t", "30201\t办公费\t50201\t办公经费\t121.76\t\t121.76",
            "30217\t公务接待费\t50206\t公务接待费\t2.50\t\t2.50",
            "30231\t公务用车运行维护费\t50208\t公务用车运行维护费\t10.00\t\t10.00",
        ),
    ),
    (
        "一般公共预算“三公”经费支出情况表",
        (
            "“三公”经费合计\t因公出国（境）费用\t公务用车购置及运行费\t\t\t公务接待费",
            "\t\t小计\t公务用车购置费\t公务用车运行费\t", "12.50\t\t10.00\t\t10.00\t2.50",
        ),
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Trap:
    """A document that must stay silent, or its twin.

    Attributes:
        id: Short name.
        what: Why it is no error, or why it is one.
        changes: (printed, changed) pairs, each found in the document.
        yuan: Whether its tables are in 元.
        must_find: Words that an error or warning must say; empty where no error may be raised.
    """

    id: str
    what: str
    changes: tuple[tuple[str, str], ...]
    yuan: bool = False
    must_find: tuple[str, ...] = ()

    @property
    def is_silent(self) -> bool:
        """Whether it must raise no error."""
        return not self.must_find

    def text(self) -> str:
        """Return the document.

        Raises:
            ValueError: A change finds nothing to change.
        """
        text = base_text()
        for old, new in self.changes:
            if old not in text:
                raise ValueError(f"{self.id}: {old}")
            text = text.replace(old, new)
        return in_yuan(text) if self.yuan else text

    def reading(self) -> Reading:
        """Return it as the reader of text files hands it over."""
        return read_text(self.text().encode(), f"{self.id}.txt", max_bytes=_MAX_BYTES)


def base_text() -> str:
    """Return the disclosure without any trap."""
    lines = [_TEXT]
    for title, rows in _TABLES:
        lines += [f"2025 年{title}", "", "部门名称：云溪市示例局", "", "单位：万元", "", *rows, ""]
    return "\n".join(lines) + "\n"


def in_yuan(text: str) -> str:
    """Return the tables of the document in 元, its text in 万元."""
    head, tables = text.split("附件：", 1)
    out = []
    for line in tables.replace("单位：万元", "单位：元").split("\n"):
        cells = [f"{Decimal(c) * 10000:.2f}" if _AMOUNT.fullmatch(c) else c for c in line.split("\t")]
        out.append("\t".join(cells))
    return head + "附件：" + "\n".join(out)


def load_traps() -> list[Trap]:
    """Return every trap of the table of cases."""
    with TRAPS.open(encoding="utf-8", newline="") as file:
        return [
            Trap(
                r["id"], r["what"], tuple(_pairs(r["changes"])), r["unit"] == "元",
                tuple(w for w in r["must_find"].split("&") if w),
            )
            for r in csv.DictReader(file)
        ]  # fmt: skip


def _pairs(changes: str) -> Sequence[tuple[str, str]]:
    out = []
    for line in changes.split("\n"):
        if line.strip():
            old, _, new = line.partition(" => ")
            out.append((old.replace("\\t", "\t"), new.replace("\\t", "\t").replace("\\n", "\n")))
    return out
