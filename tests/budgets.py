"""Budgets of two years made by script, whatever their figures: every table of a disclosure, and no text.

Amounts are 万元. What is printed follows from `Budget.unit` and `Budget.places` alone, so that a test can work out
what a draft over the tables has to say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from service.domain.document import Document
from service.vocabulary.vocabulary import Vocabulary
from tests.samples import ENTITY, ingest_text

_NONE = Decimal(0)
#: Class, its number in lists of classes, and its name.
CLASSES = {
    "201": ("一", "一般公共服务"), "205": ("五", "教育"), "208": ("八", "社会保障和就业"), "212": ("十二", "城乡社区"),
}  # fmt: skip
#: Codes of the lines of a budget and what they are of.
CODES = {
    "2010301": "行政运行", "2050899": "其他进修及培训", "2080501": "行政单位离退休", "2120199": "其他城乡社区管理事务支出",
}  # fmt: skip
_FUND_CODE, _FUND_NAME = "2120899", "其他国有土地使用权出让收入安排的支出"


@dataclass(frozen=True, slots=True)
class Line:
    """What is spent on one function: pay, homes, goods and projects."""

    code: str
    pay: Decimal = _NONE
    homes: Decimal = _NONE
    goods: Decimal = _NONE
    project: Decimal = _NONE

    @property
    def basic(self) -> Decimal:
        """基本支出."""
        return self.pay + self.homes + self.goods

    @property
    def total(self) -> Decimal:
        """合计."""
        return self.basic + self.project


@dataclass(frozen=True, slots=True)
class Budget:
    """A year's budget.

    Attributes:
        year: Budget year.
        lines: Of the general budget, of different codes.
        fund: Spent by the government fund.
        abroad: 因公出国（境）费.
        buying: 公务用车购置费.
        running: 公务用车运行费.
        hosting: 公务接待费.
        unit: ``万元`` or ``元``.
        places: Decimals printed.
        zero: What is printed for nothing.
    """

    year: int
    lines: tuple[Line, ...]
    fund: Decimal = _NONE
    abroad: Decimal = _NONE
    buying: Decimal = _NONE
    running: Decimal = _NONE
    hosting: Decimal = _NONE
    unit: str = "万元"
    places: int = 2
    zero: str = ""

    @property
    def pay(self) -> Decimal:
        """工资福利支出."""
        return sum((line.pay for line in self.lines), _NONE)

    @property
    def homes(self) -> Decimal:
        """对个人和家庭的补助."""
        return sum((line.homes for line in self.lines), _NONE)

    @property
    def staff(self) -> Decimal:
        """人员经费."""
        return self.pay + self.homes

    @property
    def goods(self) -> Decimal:
        """公用经费."""
        return sum((line.goods for line in self.lines), _NONE)

    @property
    def basic(self) -> Decimal:
        """基本支出."""
        return self.staff + self.goods

    @property
    def general_project(self) -> Decimal:
        """项目支出 of the general budget."""
        return sum((line.project for line in self.lines), _NONE)

    @property
    def project(self) -> Decimal:
        """项目支出."""
        return self.general_project + self.fund

    @property
    def general(self) -> Decimal:
        """一般公共预算."""
        return self.basic + self.general_project

    @property
    def total(self) -> Decimal:
        """收入合计 and 支出合计."""
        return self.general + self.fund

    @property
    def cars(self) -> Decimal:
        """公务用车购置及运行费."""
        return self.buying + self.running

    @property
    def three(self) -> Decimal:
        """三公经费."""
        return self.abroad + self.cars + self.hosting

    def classes(self) -> dict[str, Decimal]:
        """Return class → what the general budget spends on it."""
        out: dict[str, Decimal] = {}
        for line in self.lines:
            out[line.code[:3]] = out.get(line.code[:3], _NONE) + line.total
        return out

    def shown(self, amount: Decimal) -> str:
        """Print an amount as the tables do."""
        if not amount:
            return self.zero
        return f"{amount if self.unit == '万元' else amount * 10000:.{self.places}f}"

    @property
    def text(self) -> str:
        """The document: a face and tables."""
        head = [ENTITY, "", f"{self.year} 年度部门预算", "", "本文由测试脚本生成，单位和数字都是虚构的。", ""]
        tables = (
            self._balance(), self._income(), self._spending("部门支出总体情况表", self._all_lines()), self._grants(),
            self._spending("一般公共预算支出情况表", self.lines), self._basic(), self._three(),
            self._spending("政府性基金预算支出情况表", self._fund_lines()), self._projects(),
        )  # fmt: skip
        return "\n".join([*head, *(line for table in tables for line in table)]) + "\n"

    # -- tables -----------------------------------------------------------------------------------------

    def _fund_lines(self) -> tuple[Line, ...]:
        return (Line(_FUND_CODE, project=self.fund),) if self.fund else ()

    def _all_lines(self) -> tuple[Line, ...]:
        return (*self.lines, *self._fund_lines())

    def _table(self, title: str, rows: Sequence[Sequence[str]]) -> list[str]:
        width = max(map(len, rows))
        lines = ["\t".join((*row, *("",) * (width - len(row)))) for row in rows]
        return [f"{self.year} 年{title}", "", f"部门名称：{ENTITY}", "", f"单位：{self.unit}", "", *lines, ""]

    def _balance(self) -> list[str]:
        by_class = self.classes()
        if self.fund:
            by_class["212"] = by_class.get("212", _NONE) + self.fund
        sources = [
            ("一、一般公共预算", self.general), ("二、政府性基金预算拨款收入", self.fund), ("三、事业收入", _NONE),
            ("四、其他收入", _NONE),
        ]  # fmt: skip
        rows = [["收入", "", "支出", ""], ["项目", "金额", "项目", "金额"]]
        for (source, amount), (code, (number, name)) in zip(sources, CLASSES.items(), strict=True):
            rows.append([source, self.shown(amount), f"{number}、{name}", self.shown(by_class.get(code, _NONE))])
        total = self.shown(self.total)
        rows += [
            ["本年收入合计", total, "本年支出合计", total], ["上年结转结余", self.zero, "年终结转结余", self.zero],
            ["收入总计", total, "支出总计", total],
        ]  # fmt: skip
        return self._table("部门收支总体情况表", rows)

    def _income(self) -> list[str]:
        amounts = [self.shown(a) for a in (self.total, self.total, self.general, self.fund)]
        rows = [
            ["单位代码", "部门(单位)名称", "总计", "本年收入", "", ""],
            ["", "", "", "合计", "一般公共预算", "政府性基金"],
            ["", "合计", *amounts], ["901", ENTITY, *amounts],
        ]  # fmt: skip
        return self._table("部门收入总体情况表", rows)

    def _spending(self, title: str, lines: Sequence[Line]) -> list[str]:
        def row(codes: Sequence[str], name: str, parts: Sequence[Line]) -> list[str]:
            sums = [
                sum((getattr(p, a) for p in parts), _NONE)
                for a in ("total", "basic", "pay", "homes", "goods", "project")
            ]
            return [*codes, name, *(self.shown(s) for s in sums)]

        rows = [
            ["科目编码", "", "", "科目名称", "合计", "基本支出", "", "", "", "项目支出"],
            ["", "", "", "", "", "小计", "人员经费", "", "公用经费", ""],
            ["类", "款", "项", "", "", "", "工资福利支出", "对个人和家庭的补助", "商品和服务支出", ""],
            row(["", "", ""], "合计", lines),
        ]
        for line in lines:
            name = CODES.get(line.code, _FUND_NAME)
            rows.append(row([line.code[:3], line.code[3:5], line.code[5:]], name, [line]))
        return self._table(title, rows)

    def _grants(self) -> list[str]:
        rows = [
            ["收入", "", "支出", "", "", ""],
            ["项目", "金额", "项目", "合计", "一般公共预算", "政府性基金"],
        ]
        general = self.classes()
        left = [("一、本年收入", self.total), ("（一）一般公共预算拨款", self.general), ("（二）政府性基金预算拨款", self.fund),
                ("二、上年结转", _NONE), ("", _NONE)]  # fmt: skip
        right = [("一、本年支出", self.general, self.fund)]
        for code, (number, name) in CLASSES.items():
            right.append((f"（{number}）{name}支出", general.get(code, _NONE), self.fund if code == "212" else _NONE))
        for (source, amount), (purpose, paid, fund) in zip(left, right, strict=True):
            shown = self.shown(amount) if source else ""
            rows.append([source, shown, purpose, *(self.shown(a) for a in (paid + fund, paid, fund))])
        rows.append(["收入合计", self.shown(self.total), "支出合计", *map(self.shown, (self.total, self.general, self.fund))])
        return self._table("财政拨款收支总体情况表", rows)

    def _basic(self) -> list[str]:
        def row(code: str, name: str, other: tuple[str, str], staff: Decimal, goods: Decimal) -> list[str]:
            return [code, name, *other, self.shown(staff + goods), self.shown(staff), self.shown(goods)]

        rows = [
            ["部门预算支出经济分类科目", "", "政府预算支出经济分类科目编码", "", "本年一般公共预算基本支出", "", ""],
            ["科目编码", "科目名称", "科目编码", "科目名称", "合计", "人员经费", "公用经费"],
            row("合计", "", ("", ""), self.staff, self.goods),
            row("30101", "基本工资", ("50101", "工资奖金津补贴"), self.pay, _NONE),
            row("30302", "退休费", ("50905", "离退休费"), self.homes, _NONE),
            row("30201", "办公费", ("50201", "办公经费"), _NONE, self.goods),
        ]
        return self._table("一般公共预算基本支出表", rows)

    def _three(self) -> list[str]:
        amounts = (self.three, self.abroad, self.cars, self.buying, self.running, self.hosting)
        rows = [
            ["“三公”经费合计", "因公出国（境）费", "公务用车购置及运行费", "", "", "公务接待费"],
            ["", "", "小计", "公务用车购置费", "公务用车运行费", ""],
            [self.shown(a) for a in amounts],
        ]
        return self._table("一般公共预算“三公”经费支出情况表", rows)

    def _projects(self) -> list[str]:
        def row(name: str, general: Decimal, fund: Decimal) -> list[str]:
            unit = f"{ENTITY}本级" if name else ""
            kind = "特定目标类" if name else ""
            return [kind, name, unit, *(self.shown(a) for a in (general + fund, general, fund))]

        rows = [
            ["类型", "项目名称", "项目单位", "合计", "本年拨款", ""],
            ["", "", "", "", "一般公共预算", "政府性基金预算"],
            row("", self.general_project, self.fund),
        ]
        rows += [row(f"古籍修复{line.code}", line.project, _NONE) for line in self.lines if line.project]
        rows += [row("桃园水渠工程", _NONE, self.fund)] if self.fund else []
        return self._table("项目支出表", rows)


def read_budget(budget: Budget, vocabulary: Vocabulary) -> Document:
    """Take a budget in as the service does."""
    return ingest_text(budget.text, vocabulary, name=f"{budget.year}年预算.txt")
