"""A department budget of an office that does not exist, made by script so that every figure is known.

The text is laid out as real ones are: a face, a table of contents, duties, the explanation of the figures,
a glossary, and tab-separated tables. It says of itself that it is invented.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from service.adapters.readers.text import read_text
from service.domain.document import Document
from service.ingestion.pipeline import ingest
from service.vocabulary.vocabulary import Vocabulary

#: No county of that name is known to us; the text says that it is made up.
ENTITY = "云梦市桃源区虚构事务局"
CENTRE = "桃源区古籍中心"
MAX_BYTES = 20 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Project:
    """A project of the sample: its name, amount, whether its office or its centre runs it, and of which fund."""

    name: str
    amount: Decimal
    at_centre: bool = False
    of_fund: bool = False


@dataclass(frozen=True, slots=True)
class Sample:
    """What the sample document states.

    Attributes:
        entity: Name of the department.
        year: Budget year.
        pay: 工资福利支出.
        homes: 对个人和家庭的补助.
        goods: 商品和服务支出.
        projects: In printed order; *of_fund* ones are paid by the government fund (政府性基金).
        cut: By how much less than the year before the text says everything is.
        unit: ``万元`` or ``元``, for the tables; the text is always in 万元.
        wrong_total: Printed as the grand total of the spending table instead of the true one.
        said_basic: Written in the explanation as 基本支出 instead of the true one.
        page_breaks: Whether page breaks tear two project rows.
    """

    entity: str = ENTITY
    year: int = 2024
    pay: Decimal = Decimal("120.00")
    homes: Decimal = Decimal("10.50")
    goods: Decimal = Decimal("30.25")
    projects: tuple[Project, ...] = (
        Project("古籍修复专项经费", Decimal("40.00")),
        Project("工作经费", Decimal("12.30")),
        Project("工作经费", Decimal("1.20"), at_centre=True),
        Project("桃园水渠工程", Decimal("25.00")),
    )
    cut: Decimal = Decimal("20.00")
    unit: str = "万元"
    wrong_total: Decimal | None = None
    said_basic: Decimal | None = None
    page_breaks: bool = False

    @property
    def staff(self) -> Decimal:
        """人员经费."""
        return self.pay + self.homes

    @property
    def basic(self) -> Decimal:
        """基本支出."""
        return self.staff + self.goods

    @property
    def project_total(self) -> Decimal:
        """项目支出."""
        return sum((p.amount for p in self.projects), Decimal("0.00"))

    @property
    def fund(self) -> Decimal:
        """政府性基金."""
        return sum((p.amount for p in self.projects if p.of_fund), Decimal("0.00"))

    @property
    def general(self) -> Decimal:
        """一般公共预算."""
        return self.total - self.fund

    @property
    def total(self) -> Decimal:
        """支出合计, and 收入合计."""
        return self.basic + self.project_total

    @property
    def text(self) -> str:
        """The whole disclosure."""
        return "\n".join((*_front(self), *_explanation(self), *_glossary(), *_tables(self))) + "\n"


def read_sample(sample: Sample, vocabulary: Vocabulary, *, name: str = "样例.txt") -> Document:
    """Take the sample in as the service does."""
    return ingest_text(sample.text, vocabulary, name=name)


def with_table(title: str, *rows: str, caption: str = "单位：万元", sample: Sample | None = None) -> str:
    """Return the text of the sample with one more table below it; rows are tab-separated."""
    return "\n".join(((sample or Sample()).text, title, "", caption, "", *rows, ""))


def ingest_text(text: str, vocabulary: Vocabulary, *, name: str = "样例.txt") -> Document:
    """Take any text in as the service does, without storing it."""
    return ingest(read_text(text.encode(), name, max_bytes=MAX_BYTES), vocabulary)


def _front(sample: Sample) -> list[str]:
    entity, year = sample.entity, sample.year
    return [
        entity, "", f"{year} 年度部门预算", "", "目 录", "", f"第一部分 {entity}概况", "",
        f"第二部分 {entity}{year}年部门预算情况说明", "", "第三部分 名词解释", "",
        "第一部分", "", f"{entity}概况", "", "一、部门主要职责", "",
        "1. 本文由测试脚本生成，单位、职责和数字都是虚构的。", "2. 负责虚构古籍的修复和虚构水渠的维护。", "",
    ]  # fmt: skip


def _explanation(sample: Sample) -> list[str]:
    who = f"{sample.entity} {sample.year} 年"
    basic = sample.said_basic if sample.said_basic is not None else sample.basic
    return [
        "第二部分", "", f"{sample.entity} {sample.year} 年度部门预算情况说明", "",
        "一、收入支出预算总体情况说明", "",
        f"{who}收入总计 {sample.total} 万元，支出总计 {sample.total} 万元，与 {sample.year - 1} 年预算相比，"
        f"收入减少 {sample.cut} 万元，主要原因：一次性安排的古籍普查已经完成；"
        f"支出减少 {sample.cut} 万元，主要原因：一次性安排的古籍普查已经完成。", "",
        "二、支出预算总体情况说明", "",
        f"{who}支出合计 {sample.total} 万元，其中：基本支出 {basic} 万元；项目支出 {sample.project_total} 万元。", "",
    ]  # fmt: skip


def _glossary() -> list[str]:
    return [
        "第三部分", "", "名词解释", "",
        "一、财政拨款收入：是指区级财政当年拨付的资金。", "",
        "二、基本支出：是指为保障机构正常运转所必需的开支。", "",
        "附件：", "",
    ]  # fmt: skip


def _tables(sample: Sample) -> list[str]:
    return [*_balance(sample), *_income(sample), *_spending(sample), *_basic_items(sample), *_projects(sample)]


def _table(sample: Sample, title: str, rows: Sequence[Sequence[str]], unit: str = "") -> list[str]:
    width = max(map(len, rows))
    lines = ["\t".join((*row, *("",) * (width - len(row)))) for row in rows]
    caption = [f"{sample.year} 年{title}", "", f"部门名称：{sample.entity}", "", f"单位：{unit or sample.unit}", ""]
    return [*caption, *lines, ""]


def _shown(sample: Sample, amount: Decimal) -> str:
    """Print an amount of 万元 in the sample's unit; nothing for zero."""
    if not amount:
        return ""
    return f"{amount:.2f}" if sample.unit == "万元" else f"{amount * 10000:.2f}"


def _balance(sample: Sample) -> list[str]:
    def money(amount: Decimal) -> str:
        return _shown(sample, amount)

    rows = [
        ["收入", "", "支出", ""],
        ["项目", "金额", "项目", "金额"],
        ["一、一般公共预算", money(sample.general), "一、一般公共服务", money(sample.general)],
        ["二、政府性基金预算拨款收入", money(sample.fund), "二、教育", ""],
        ["三、其他收入", "", "三、城乡社区事务", money(sample.fund)],
        ["本年收入合计", money(sample.total), "本年支出合计", money(sample.total)],
        ["上年结转结余", "", "年终结转结余", ""],
        ["收入总计", money(sample.total), "支出总计", money(sample.total)],
    ]
    return _table(sample, "部门收支总体情况表", rows)


def _income(sample: Sample) -> list[str]:
    centre = sum((p.amount for p in sample.projects if p.at_centre), Decimal(0))
    office = sample.total - centre

    def row(code: str, name: str, amount: Decimal, fund: Decimal) -> list[str]:
        return [code, name, *(_shown(sample, a) for a in (amount, amount, amount - fund, fund))]

    rows = [
        ["单位代码", "部门(单位)名称", "总计", "本年收入", "", ""],
        ["", "", "", "合计", "一般公共预算", "政府性基金"],
        row("", "合计", sample.total, sample.fund),
        row("901", sample.entity, sample.total, sample.fund),
        row("901001", f"{sample.entity}本级", office, sample.fund),
        row("901002", CENTRE, centre, Decimal(0)),
    ]
    return _table(sample, "部门收入总体情况表", [r for r in rows if r[1] != CENTRE or r[2]])


def _spending(sample: Sample) -> list[str]:
    def row(codes: str, name: str, parts: Sequence[Decimal], total: Decimal | None = None) -> list[str]:
        basic = sum(parts[:3], Decimal(0))
        amounts = [total if total is not None else basic + parts[3], basic, *parts[:3], parts[3]]
        return [*(codes.split(" ") if codes else ["", "", ""]), name, *(_shown(sample, a) for a in amounts)]

    none = Decimal(0)
    paid = sample.project_total - sample.fund
    rows = [
        ["科目编码", "", "", "科目名称", "合计", "基本支出", "", "", "", "项目支出"],
        ["", "", "", "", "", "小计", "人员经费", "", "公用经费", ""],
        ["类", "款", "项", "", "", "", "工资福利支出", "对个人和家庭的补助", "商品和服务支出", ""],
        row("", "合计", (sample.pay, sample.homes, sample.goods, sample.project_total), sample.wrong_total),
        row("201 03 01", "行政运行", (sample.pay, sample.homes, sample.goods, none)),
        row("201 03 02", "一般行政管理事务", (none, none, none, paid)),
    ]
    if sample.fund:
        rows.append(row("212 08 99", "其他国有土地使用权出让收入安排的支出", (none, none, none, sample.fund)))
    return _table(sample, "部门支出总体情况表", rows)


def _basic_items(sample: Sample) -> list[str]:
    def money(amount: Decimal) -> str:
        return _shown(sample, amount)

    cars = Decimal("3.00") if sample.goods > 3 else Decimal(0)
    office = sample.goods - cars
    half = (sample.pay / 2).quantize(Decimal("0.01"))
    rows = [
        ["部门预算支出经济分类科目", "", "政府预算支出经济分类科目编码", "", "本年一般公共预算基本支出", "", ""],
        ["科目编码", "科目名称", "科目编码", "科目名称", "合计", "人员经费", "公用经费"],
        ["合计", "", "", "", money(sample.basic), money(sample.staff), money(sample.goods)],
        ["30101", "基本工资", "50101", "工资奖金津补贴", money(half), money(half), ""],
        ["30101", "基本工资", "50501", "工资福利支出", money(sample.pay - half), money(sample.pay - half), ""],
        ["30302", "退休费", "50905", "离退休费", money(sample.homes), money(sample.homes), ""],
        ["30201", "办公费", "50201", "办公经费", money(office), "", money(office)],
        ["30231", "公务用车运行维护费", "50208", "公务用车运行维护费", money(cars), "", money(cars)],
    ]
    return _table(sample, "一般公共预算基本支出表", rows)


def _projects(sample: Sample) -> list[str]:
    rows = [
        ["类型", "项目名称", "项目单位", "合计", "本年拨款", ""],
        ["", "", "", "", "一般公共预算", "政府性基金预算"],
        ["", "", "", *(_shown(sample, a) for a in _split(sample.project_total, sample.fund))],
    ]
    for project in sample.projects:
        unit = CENTRE if project.at_centre else f"{sample.entity}本级"
        kind = "特定目标类" if project.of_fund else "其他运转类"
        fund = project.amount if project.of_fund else Decimal(0)
        rows.append([kind, project.name, unit, *(_shown(sample, a) for a in _split(project.amount, fund))])
    lines = _table(sample, "项目支出表", rows)
    return _torn(lines, sample) if sample.page_breaks else lines


def _split(amount: Decimal, fund: Decimal) -> tuple[Decimal, Decimal, Decimal]:
    return amount, amount - fund, fund


def _torn(lines: Sequence[str], sample: Sample) -> list[str]:
    """Break a page inside the rows of the first and the last project, in the name and in the unit."""
    out: list[str] = []
    names = (sample.projects[0].name, sample.projects[-1].name)
    for line in lines:
        cells = line.split("\t")
        if len(cells) > 2 and cells[1] in names:
            name, unit = cells[1], cells[2]
            cells[1], cells[2] = name[:3], unit[:-3]
            out += ["\t".join(cells), "", "\t".join(["", name[3:], unit[-3:], *("",) * (len(cells) - 3)])]
        else:
            out.append(line)
    return out
