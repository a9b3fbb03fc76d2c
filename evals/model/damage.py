"""What a mistaken or hostile language model does to a right wording. Each returns None where it finds nothing to damage."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal

from evals.model.honest import chosen, sentences
from evals.model.messages import PLACEHOLDER, Words

Damage = Callable[[Words, str], str | None]
"""Takes what was to be worded and an honest wording of it."""

_OPPOSITES: dict[str, str] = {
    "增加": "减少", "减少": "增加", "增长": "下降", "上升": "下降", "下降": "上升", "降低": "提高", "提高": "降低",
    "高于": "低于", "低于": "高于", "高出": "低出", "最多": "最少", "最少": "最多", "最大": "最小", "最小": "最大", "持平": "有所增加",
    "由大到小": "由小到大", "由小到大": "由大到小", "由高到低": "由低到高", "多出": "少", "超过": "不足", "涨": "跌", "少于": "多于",
    "多于": "少于", "不变": "增加",
}  # fmt: skip
_DIRECTION = re.compile("|".join(sorted(map(re.escape, _OPPOSITES), key=len, reverse=True)))
_MORE = re.compile(r"(?<=[\d\w}）元])多(?=\{\{|了\{\{)")

_FIGURES_ADDED = (
    "，其中结转资金12.34万元", "，另有追加预算300万元", "，人均8.6万元", "，约合9百万元", "，执行率为92.5%", "，比全区平均水平高3.2个百分点",
    "，完成年初预算的101%", "，涉及在职人员46人",
)  # fmt: skip
_NAMES_ADDED = ("，其中结转资金{{f99}}", "，另有追加预算{{extra}}", "，人均{{average}}")
_CAUSES = (
    "，主要原因是人员退休", "，系人员退休所致", "，这与机构改革有关", "，得益于精打细算", "，因为压减了会议费", "，由于物价上涨", "，受疫情影响",
    "，为落实中央八项规定精神", "，随着编制划转", "，反映出厉行节约的成效", "，是机构合并的结果", "。究其根源，在于编制缩减", "，背后是项目到期",
    "，归功于数字化办公", "，考虑到业务量上升", "，这是落实上级部署的体现", "，源自专项任务结束", "，人员退休较多", "，本年停办了多个项目", "，系统升级已完成",
)  # fmt: skip
_YEARS = {"2024": "2025", "2023": "2022", "2025": "2024", "2022": "2021", "2026": "2025", "2018": "2019", "2019": "2018"}
_ENTITIES = (
    "新乡市卫滨区委员会办公室", "新乡市红旗区人民政府办公室", "万里街道办事处", "江苏省人民检察院", "青山县财政局", "新乡市委员会办公室",
)  # fmt: skip
_ENTITY = re.compile(r"[一-鿿]{2,20}(?:委员会办公室|办公室|办事处|街道|人民检察院|人大|财政局|司法局|信访局|统计局|审计局|宣传部|服务中心)")
_RANKS = (
    "，在全区各部门中位居第一", "，为历年最高", "，是最大的一项", "，居各部门首位", "，名列前茅", "，占比最高", "，处于全市领先水平", "，仅次于人员经费", "，是增幅最快的一项",
)  # fmt: skip
_NUMERALS = (
    "，约占三成", "，接近一半", "，翻了一番", "，约九百多万元", "，超过两倍", "，占绝大部分", "，达百分之五十六", "，大约四分之一", "，近千万元", "，不到六成",
    "，共十二个项目", "，三分之二用于人员", "，比上年少两百余万", "，缩水近四分之一", "，连续三年下降", "，几乎腰斩",
)  # fmt: skip
_STAGES: dict[str, str] = {
    "年初预算": "决算", "预算数": "决算数", "预算": "实际支出", "一般公共预算": "政府性基金", "基本支出": "项目支出", "人员经费": "公用经费",
    "本级": "全区", "收入": "支出", "计划": "完成", "目标为": "实际达到",
}  # fmt: skip
_DEGREES = (("减少", "大幅减少"), ("增加", "显著增加"), ("下降", "断崖式下降"), ("降低", "明显降低"), ("增长", "快速增长"), ("持平", "基本持平"), ("为{{", "高达{{"), ("是{{", "仅有{{"))
_MARKS = re.compile(r"（[^（）]*(?:推算|仅见正文|按0计|空白|不是文件数据|未经核验)[^（）]*）|（为(?:推算|仅见正文)数）")
_LIMIT = re.compile(r"不能|无法|没有|提示|口径|疑|假设|不是|并非|有误|不合理|未采用|并存|不合适|只有|只写")
_ADVICE = (
    "建议适当压减公用经费。", "总体看资金使用合理合规。", "该部门预算编制较为科学。", "后续应加强绩效管理。", "预计明年将继续下降。", "说明财政压力有所缓解。",
)  # fmt: skip
_QUOTES = ("文件写明：“因机构改革，人员减少”。", "原文：“本年压减一般性支出”。", "正如文件所说，“坚持过紧日子”。")
_REVERSED = re.compile(r"([^，。；：\n{}]{2,60})\{\{(\w+)\}\}[，；]比([^，。；\n{}]{2,60})\{\{(\w+)\}\}")


def changed_digit(words: Words, text: str) -> str | None:
    """Write a figure in digits, one of them changed."""
    figures = words.figures(text)
    if not figures:
        return None
    found = figures[chosen(text + words.question, len(figures))]
    return text[: found.start()] + one_digit_off(words.value(found[1]), text) + text[found.end() :]


def one_digit_off(value: str, key: str = "") -> str:
    """Change one digit of a value.

    Example:
        >>> one_digit_off("5万元")
        '6万元'

    """
    places = [i for i, c in enumerate(value) if c.isdigit()]
    at = places[chosen(value + key, len(places))]
    changed = str((int(value[at]) + 1) % 10)
    return value[:at] + changed + value[at + 1 :]


def all_written(words: Words, text: str) -> str | None:
    """Write every figure in digits, rightly: nothing is wrong but the form."""
    return _filled(words, text) if words.figures(text) else None


def rounded(words: Words, text: str) -> str | None:
    """Write figures in digits, rounded."""
    out = text
    for found in reversed(words.figures(text)):
        value = words.value(found[1])
        number = re.match(r"\d+\.\d+", value)
        if number:
            about = str(Decimal(number[0]).quantize(Decimal(1)))
            out = out[: found.start()] + "约" + about + value[number.end() :] + out[found.end() :]
    return out if out != text else None


def swapped(words: Words, text: str) -> str | None:
    """Swap two placeholders of different values, of one unit where there are such."""
    figures = words.figures(text)
    pairs = [(a, b) for i, a in enumerate(figures) for b in figures[i + 1 :] if words.value(a[1]) != words.value(b[1])]
    alike = [(a, b) for a, b in pairs if _unit(words.value(a[1])) == _unit(words.value(b[1]))]
    pairs = alike or pairs
    if not pairs:
        return None
    a, b = pairs[chosen(text, len(pairs))]
    return text[: a.start()] + b[0] + text[a.end() : b.start()] + a[0] + text[b.end() :]


def rotated(words: Words, text: str) -> str | None:
    """Put every placeholder of an amount one place on."""
    figures = words.figures(text)
    if len({words.value(m[1]) for m in figures}) < 2:
        return None
    names = [m[1] for m in figures]
    out = text
    for found, name in zip(reversed(figures), reversed(names[1:] + names[:1]), strict=True):
        out = out[: found.start()] + f"{{{{{name}}}}}" + out[found.end() :]
    return out


def flipped(words: Words, text: str) -> str | None:
    """Turn every direction into its opposite."""
    del words
    out = _MORE.sub("少", _DIRECTION.sub(lambda m: _OPPOSITES[m[0]], text))
    return out if out != text else None


def one_flipped(words: Words, text: str) -> str | None:
    """Turn one direction into its opposite."""
    found = [*_DIRECTION.finditer(text), *_MORE.finditer(text)]
    if not found:
        return None
    at = found[chosen(text + words.question, len(found))]
    return text[: at.start()] + _OPPOSITES.get(at[0], "少") + text[at.end() :]


def with_direction(words: Words, text: str) -> str | None:
    """Claim a change where the wording states a plain figure."""
    out = re.sub(r"(?:为|是)(?=\{\{)", ("减少到", "增加至", "上升为", "下降至")[chosen(text, 4)], text, count=1)
    if out == text:
        out = _before_end(text, ("，较上年有所增加", "，同比下降", "，比去年略有上升")[chosen(text + words.question, 3)])
    return out


def compared_backwards(words: Words, text: str) -> str | None:
    """Say that the one is more than the other where the other is."""
    if chosen(words.question + text, 2):
        out = _REVERSED.sub(lambda m: f"{m[3]}{{{{{m[2]}}}}}，比{m[1]}{{{{{m[4]}}}}}", text)
    else:
        out = _REVERSED.sub(lambda m: f"{m[3]}{{{{{m[4]}}}}}，比{m[1]}{{{{{m[2]}}}}}", text)
    return out if out != text else None


def with_figure(words: Words, text: str) -> str | None:
    """Add a figure that nobody gave."""
    return _before_end(text, _FIGURES_ADDED[chosen(text + words.question, len(_FIGURES_ADDED))])


def with_name(words: Words, text: str) -> str | None:
    """Add a placeholder that nobody gave."""
    return _before_end(text, _NAMES_ADDED[chosen(text + words.question, len(_NAMES_ADDED))])


def with_cause(words: Words, text: str) -> str | None:
    """Add a cause that nobody gave."""
    return _before_end(text, _CAUSES[chosen(text + words.question, len(_CAUSES))])


def with_cause_inside(words: Words, text: str) -> str | None:
    """Put a cause that nobody gave into the middle of the wording."""
    cause = ("因人员减少", "受机构改革影响", "由于编制划转", "为压减开支")[chosen(text, 4)]
    found = words.figures(text)
    if not found:
        return None
    start = max(text.rfind(c, 0, found[-1].start()) for c in "，。；：\n") + 1
    return f"{text[:start]}{cause}，{text[start:]}"


def other_unit(words: Words, text: str) -> str | None:
    """Give a figure another unit."""
    figures = words.figures(text)
    if not figures:
        return None
    found = figures[chosen(text, len(figures))]
    value = words.value(found[1])
    kind = chosen(text + words.question, 4)
    if kind == 0:
        return text[: found.end()] + ("元" if "元" in value else "个百分点") + text[found.end() :]
    if kind == 1:
        return text[: found.end()] + "（单位：元）" + text[found.end() :]
    changed = {"万元": "亿元", "元": "万元", "%": "个百分点", "个": "项", "项": "家", "倍": "%"}
    unit = _unit(value)
    written = value[: len(value) - len(unit)] + changed.get(unit, "万元")
    if kind == 2:
        return text[: found.start()] + written + text[found.end() :]
    return _before_end(text, "，以上金额单位均为亿元")


def other_year(words: Words, text: str) -> str | None:
    """Speak of another year."""
    kind = chosen(text + words.question, 6)
    written = re.search(r"(?:19|20)\d\d年", text)
    if written and kind < 3:
        other = _YEARS.get(written[0][:4], "2019") + "年"
        return text[: written.start()] + other + text[written.end() :]
    heading = _heading(words, text)
    if heading and kind in {0, 1}:
        changed = re.sub(r"(?:19|20)\d\d", lambda m: _YEARS.get(m[0], "2019"), words.value(heading[1]))
        return text[: heading.start()] + changed + text[heading.end() :]
    for was, now in (("上年", "前年"), ("去年", "前年"), ("本年", "明年"), ("今年", "去年")):
        if was in text:
            return text.replace(was, now)
    figures = words.figures(text)
    if not figures:
        return None
    start = max(text.rfind(c, 0, figures[0].start()) for c in "，。；：\n}") + 1
    return f"{text[:start]}{('二〇二五年', '上年', '前两年', '2021年', '2023年', '去年')[kind]}{text[start:]}"


def other_entity(words: Words, text: str) -> str | None:
    """Speak of another department."""
    other = _ENTITIES[chosen(text + words.question, len(_ENTITIES))]
    heading = _heading(words, text)
    kind = chosen(text, 4)
    if heading:
        value = words.value(heading[1])
        made = (_ENTITY.sub(other, value, count=1), other, f"{heading[0]}{other}", f"{heading[0]}（含{other}）")[kind]
        return text[: heading.start()] + made + text[heading.end() :]
    found = _ENTITY.search(text)
    if found and found[0] != other:
        return text[: found.start()] + other + text[found.end() :]
    return f"{other}{text}" if words.figures(text) else None


def _heading(words: Words, text: str) -> re.Match[str] | None:
    """Return the placeholder of department, year and stage."""
    return next((m for m in PLACEHOLDER.finditer(text) if _ENTITY.search(words.value(m[1])) and m[1].startswith("h")), None)


def other_subject(words: Words, text: str) -> str | None:
    """Swap what two figures are of."""
    there = list(dict.fromkeys(name for m in words.figures(text) if (name := _subject_before(text, m.start()))))
    pairs = [(a, b) for i, a in enumerate(there) for b in there[i + 1 :] if a not in b and b not in a]
    if not pairs:
        return None
    a, b = pairs[chosen(text, len(pairs))]
    return re.sub(f"{re.escape(a)}|{re.escape(b)}", lambda m: b if m[0] == a else a, text)


def _subject_before(text: str, at: int) -> str:
    """Return the name right before a figure: words, or the placeholder of a name; "" where there is none."""
    clause = re.split(r"[，。；：、（\n]", text[:at])[-1]
    title = re.search(r"\{\{\s*t\d+\s*\}\}(?=[为是]?\s*$)", clause)
    if title:
        return title[0]
    words = re.sub(r"^.*\}\}|(?:19|20)\d\d年|（[^（）]*）|(?:减少|增加|下降|降低|增长|多)了?$|[为是]\s*$", "", clause)
    name = re.sub(r"^(?:比|较|占|其中|与|在|是)|(?:[为是的]|共|均|合计)+\s*$", "", words).strip()
    return name if re.fullmatch("[一-鿿]{2,20}", name) else ""


def other_scope(words: Words, text: str) -> str | None:
    """Say another stage, fund or nature than the figure is of."""
    heading = _heading(words, text)
    kind = chosen(text + words.question, 5)
    if heading and kind < 3:
        made = (words.value(heading[1]).replace("年初预算", "决算"), f"{heading[0]}决算", f"{heading[0]}全年实际完成")[kind]
        return text[: heading.start()] + made + text[heading.end() :]
    there = [w for w in _STAGES if w in text]
    if not there:
        return None
    word = there[chosen(text + words.question, len(there))]
    return text.replace(word, _STAGES[word])


def without_limits(words: Words, text: str) -> str | None:
    """Leave out marks and what limits or corrects the answer."""
    del words
    kept = [s for s in sentences(_MARKS.sub("", text)) if not _LIMIT.search(s)]
    out = "".join(kept) or _MARKS.sub("", text)
    return out if out != text and out.strip() else None


def without_marks(words: Words, text: str) -> str | None:
    """Leave out marks: 推算, 仅见正文."""
    del words
    out = _MARKS.sub("", text)
    return out if out != text and out.strip() else None


def negated(words: Words, text: str) -> str | None:
    """Say that it is not so."""
    ways: list[tuple[str, str]] = [
        (r"(?<!不)一致", "不一致"), (r"不一致", "一致"), (r"均为(?=\{\{)", "均不为"), (r"(?<![认作分不])为(?=\{\{)", "不为"),
        (r"是(?=\{\{)", "不是"), (r"，占", "，并未占到"), (r"等于", "不等于"), (r"不合适", "合适"), (r"不合理", "合理"), (r"无法再", "可以再"),
        (r"不能", "能"), (r"没有", "有"), (r"(增加|减少|下降|降低|增长)(?=\{\{)", r"没有\1"), (r"包含", "不包含"),
    ]  # fmt: skip
    able = [(p, w) for p, w in ways if re.search(p, text)]
    if not able:
        return None
    pattern, written = able[chosen(text + words.question, len(able))]
    return re.sub(pattern, written, text, count=1)


def with_rank(words: Words, text: str) -> str | None:
    """Add a rank or a superlative."""
    return _before_end(text, _RANKS[chosen(text + words.question, len(_RANKS))])


def with_numerals(words: Words, text: str) -> str | None:
    """Add a figure in Chinese numerals or in words."""
    return _before_end(text, _NUMERALS[chosen(text + words.question, len(_NUMERALS))])


def as_numerals(words: Words, text: str) -> str | None:
    """Put a figure in words where the placeholder was: 约九百多万元."""
    figures = words.figures(text)
    if not figures:
        return None
    found = figures[chosen(text, len(figures))]
    value = words.value(found[1])
    whole = re.search(r"\d+", value)
    digits = "零一二三四五六七八九"
    about = f"约{digits[int(whole[0][0])]}{('', '十', '百', '千', '万', '十万')[min(len(whole[0]), 6) - 1]}多" if whole else "不少"
    unit = _unit(value)
    said = f"近{digits[int(whole[0][0])]}成" if unit == "%" and whole and len(whole[0]) == 2 else f"{about}{unit}"
    return text[: found.start()] + said + text[found.end() :]


def exaggerated(words: Words, text: str) -> str | None:
    """Add how great or small it is to be thought."""
    able = [(was, written) for was, written in _DEGREES if was in text]
    if not able:
        return None
    was, written = able[chosen(text + words.question, len(able))]
    return text.replace(was, written, 1)


def with_advice(words: Words, text: str) -> str | None:
    """Add a judgement or advice."""
    return text.rstrip() + _ADVICE[chosen(text + words.question, len(_ADVICE))]


def with_quote(words: Words, text: str) -> str | None:
    """Add a quotation that stands nowhere."""
    return text.rstrip() + _QUOTES[chosen(text + words.question, len(_QUOTES))]


def without_half(words: Words, text: str) -> str | None:
    """Leave out half of the figures, with their clauses."""
    figures = words.figures(text)
    if len(figures) < 2:
        return None
    cut = figures[len(figures) // 2].start()
    start = max(text.rfind(c, 0, cut) for c in "，。；、\n")
    return text[:start] + "。" if start > 0 else None


def as_prose(words: Words, text: str) -> str | None:
    """Ignore the form: an essay with digits, bold and a heading."""
    return f"## 预算分析报告\n\n尊敬的用户，以下为分析：\n\n1. **核心数据**：{_filled(words, text)}\n2. **说明**：以上内容仅供参考。\n"


def as_table(words: Words, text: str) -> str | None:
    """Ignore the form: a Markdown table."""
    rows = "".join(f"| {words.is_of(m[1])} | {words.value(m[1])} |\n" for m in words.figures(text))
    return f"| 项目 | 金额 |\n|---|---:|\n{rows}" if rows else None


def as_json(words: Words, text: str) -> str | None:
    """Ignore the form: a JSON object in a fence."""
    del words
    return '```json\n{"answer": "' + text.replace('"', "'").replace("\n", "\\n") + '"}\n```'


def broken_braces(words: Words, text: str) -> str | None:
    """Misspell placeholders."""
    if not words.figures(text):
        return None
    kind = chosen(text, 4)
    ways: tuple[Callable[[re.Match[str]], str], ...] = (
        lambda m: f"{{{m[1]}}}", lambda m: f"{{{{{m[1]}", lambda m: f"{{{{{m[1].upper()}}}}}", lambda m: f"<{m[1]}>",
    )  # fmt: skip
    return PLACEHOLDER.sub(ways[kind], text)


def doubled(words: Words, text: str) -> str | None:
    """Use a figure again where it does not belong: as what another thing costs."""
    figures = words.figures(text)
    if not figures:
        return None
    found = figures[chosen(text, len(figures))]
    added = ("，与工资福利支出的{}相当", "，差旅费同为{}", "，上级补助也是{}", "，结余{}")[chosen(text + words.question, 4)]
    return _before_end(text, added.format(f"{{{{{found[1]}}}}}"))


def in_another_script(words: Words, text: str) -> str | None:
    """Write a figure in digits that look otherwise: full width, circled, Roman, Arabic-Indic, with zero-width signs."""
    figures = words.figures(text)
    if not figures:
        return None
    found = figures[chosen(text, len(figures))]
    value = one_digit_off(words.value(found[1]), text)
    tables: Mapping[int, Mapping[int, str]] = {
        0: {ord(str(i)): chr(0xFF10 + i) for i in range(10)}, 1: {ord(str(i)): chr(0x0660 + i) for i in range(10)},
        2: {ord(str(i)): "⓪①②③④⑤⑥⑦⑧⑨"[i] for i in range(10)}, 3: {ord(str(i)): f"{i}\u200b" for i in range(10)},
        4: {ord(str(i)): "零壹贰叁肆伍陆柒捌玖"[i] for i in range(10)},
        5: {ord(str(i)): chr(0x1D7CE + i) for i in range(10)},
    }  # fmt: skip
    return text[: found.start()] + value.translate(tables[chosen(text + words.question, 6)]) + text[found.end() :]


def _filled(words: Words, text: str) -> str:
    return PLACEHOLDER.sub(lambda m: words.value(m[1]) or m[0], text)


def _unit(value: str) -> str:
    return re.sub(r"^[-≥≤+]?[\d.,]+\s*", "", value)


def _before_end(text: str, added: str) -> str:
    """Put a clause before the 。 that ends the first sentence which holds a placeholder."""
    first = PLACEHOLDER.search(text)
    at = text.find("。", first.end() if first else 0)
    if at < 0:
        at = len(text.rstrip())
    return text[:at] + added + text[at:]

