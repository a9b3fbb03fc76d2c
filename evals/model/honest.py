"""What an honest language model would write: several ways, so that the check of wordings is measured on more than one.

Nothing here knows how the check works. A style keeps placeholders, the names before them and what limits the answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from hashlib import sha256

from evals.model.messages import PLACEHOLDER, Words

#: What writers put for what the rules write. Each keeps the meaning.
_REWORDED: tuple[tuple[str, str], ...] = (
    (r"（年初预算）(?=\S)", "年初预算中，"),
    (r"(?<![认作分])为(?=\{\{)", "是"),
    (r"，占([^，。；{}]{2,40})(\{\{\w+\}\})的(\{\{\w+\}\})", r"，在\1\2中占\3"),
    (r"，比([^，。；{}]{2,60})(\{\{\w+\}\})多(\{\{\w+\}\})", r"；与\1的\2相比，多出\3"),
    (r"减少(?=\{\{)", "减少了"),
    (r"增加(?=\{\{)", "增加了"),
    (r"(?:降低|下降)(?=\{\{)", "下降了"),
    (r"增长(?=\{\{)", "增长了"),
    (r"与上年持平", "和上年持平"),
    (r"共(?=\{\{)", "一共有"),
    (r"，合计(?=\{\{)", "，合计为"),
    (r"(?<=[^：；，。])：(?=[^“{\n])", "，具体是："),
    (r"相差(?=\{\{)", "两者相差"),
    (r"，其中最大的是", "，其中金额最大的是"),
)
_EDITED: tuple[tuple[str, str], ...] = (
    (r"预算数比(\S{2,16}?预算)(?=增加|减少|持平)", r"预算数较\1"), (r"(?<=\}\})，比(?=\S{2,20}(?:增加|减少))", "，较"),
    (r"，均为(?=\{\{)", "，两年均为"), (r"(?<![认作分])为(?=\{\{)", "是"), (r"与(\S{2,16}?)相比，", r"同\1相比，"),
    (r"主要用于", "主要用在"), (r"(?:下降|降低)(?=\{\{)", "降低了"), (r"减少(?=\{\{)", "减少了"), (r"增加(?=\{\{)", "增加了"),
    (r"其中，", "其中"), (r"(?<=\}\})；(?=[^，。；]{2,20}\{\{)", "，"),
)  # fmt: skip
_LEADS = (
    "您好！根据部门预算公开文件，", "根据已收录的预算文件，", "好的，为您查询到：", "您好，关于您的问题，文件中的情况如下：", "从文件看，",
)  # fmt: skip
_CLOSES = (
    "如需了解其他内容，欢迎继续提问。", "希望对您有帮助！", "以上数据均来自已收录的预算文件。", "如果还想了解明细，请告诉我。", "",
)  # fmt: skip
_MORE_THAN_CHANGES = re.compile("占|相差|差额|后[为是]|折合|合计|相加|倍|去掉|目标|=|（共|一致|各项|由大到小|两项|个：|持平|最大|其余|平衡")
_SENTENCE = re.compile(r"[^。\n]*。”?|[^。\n]+")


def chosen(key: str, most: int) -> int:
    """Return a number below *most* that depends on *key* alone."""
    return int(sha256(key.encode()).hexdigest()[:8], 16) % most


def given(words: Words) -> str:
    """Return the text just as it was given."""
    return words.text


def reworded(words: Words) -> str:
    """Return the text with other connectives."""
    text = words.text
    for pattern, written in _REWORDED:
        text = re.sub(pattern, written, text)
    return text


def own(words: Words) -> str:
    """Return short sentences of its own, one per figure; what bears no figure is kept as it was given.

    Where the figures of a sentence are more than amounts and changes, a writer stays with the text.
    """
    told: list[str] = []
    rest: list[str] = []
    subject = ""
    for sentence in sentences(words.text):
        figures = words.figures(sentence)
        if not figures:
            rest.append(sentence)
        elif _MORE_THAN_CHANGES.search(sentence):
            return reworded(words)
        start = 0
        for found in figures:
            clause, subject = _clause(sentence[start : found.start()], found[0], subject)
            told.append(clause)
            start = found.end()
    heading = next((f"{{{{{n}}}}}" for n in words.names if n.startswith("h")), "")
    return f"{heading}{'；'.join(dict.fromkeys(told))}。{''.join(rest)}" if told else words.text


def _clause(before: str, shown: str, subject: str) -> tuple[str, str]:
    """Say a figure by the words before it: 2023年为 → 2023年收入为{{f2}}; return the clause and its subject.

    Args:
        before: What stands between the figure before and this one.
        shown: The placeholder.
        subject: Of the figure before.
    """
    part = re.split(r"[，。；：、\n]", re.sub(r"\{\{h\d+\}\}", "", before))[-1]
    year, way = re.search(r"(?:19|20)\d\d年", part), re.search(r"(减少|增加|下降|降低|增长|多)了?$", part)
    core = re.sub(r"(?:19|20)\d\d年|(?:减少|增加|下降|降低|增长|多)了?$|[为是]$|^(?:比|较|其中|与)", "", part.strip())
    core = re.sub(r"[为是]$", "", core) or subject
    if way:
        return f"{core}{way[1]}{shown}", core
    return f"{year[0] if year else ''}{core}为{shown}", core


def chatty(words: Words) -> str:
    """Return the text between a greeting and a close."""
    lead = _LEADS[chosen(words.text, len(_LEADS))]
    close = _CLOSES[chosen(words.question + words.text, len(_CLOSES))]
    body = reworded(words) if chosen(words.text + "?", 2) else words.text
    return f"{lead}{body}{close}"


def short(words: Words) -> str:
    """Return the first sentence only."""
    return next(iter(sentences(words.text)), words.text)


def untidy(words: Words) -> str:
    """Return the text with what models add to it: bold type, blanks, headings, punctuation of half width."""
    text = words.text
    kind = chosen(words.text + words.question, 5)
    if kind == 0:
        text = PLACEHOLDER.sub(lambda m: f"**{m[0]}**", text)
    elif kind == 1:
        text = PLACEHOLDER.sub(lambda m: f" {{{{ {m[1]} }}}} ", text)
    elif kind == 2:
        text = text.replace("，", ",").replace("（", "(").replace("）", ")")
    elif kind == 3:
        text = f"### 结论\n\n{text}\n"
    else:
        text = "\n".join(f"- {s}" for s in sentences(text))
    return f"\n{text}\n"


def linked(words: Words) -> str:
    """Return the text with its clauses put together otherwise."""
    text = words.text
    for pattern, written in (
        (r"。(?=[^”）\n])", "；"), (r"，(?=比|较|与)", "；"), (r"；(?=其余)", "，"), (r"（(推算|仅见正文)）", r"（为\1数）"),
        (r"、(?=[^、，。；]{2,20} \{\{)", "；"),
    ):  # fmt: skip
        text = re.sub(pattern, written, text)
    return text


STYLES: dict[str, Callable[[Words], str]] = {
    "given": given, "reworded": reworded, "own": own, "chatty": chatty, "short": short, "untidy": untidy, "linked": linked,
}  # fmt: skip
#: What damage is done to: mostly what is nearest to being let through.
BASES = ("given", "given", "reworded", "linked", "chatty", "own")


def draft_sentence(words: Words) -> str:
    """Return a sentence of a draft, lightly reworded as an editor would."""
    text = words.text
    for pattern, written in _EDITED:
        text = re.sub(pattern, written, text)
    return text


def sentences(text: str) -> list[str]:
    """Split a text after each 。 and line, a closing ” going with the sentence."""
    return [s for s in _SENTENCE.findall(text) if s.strip()]
