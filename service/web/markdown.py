"""An answer as Markdown, for windows that show chats: the text, then what it rests on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from service.rendering import Json, finding_to_text, place_to_text
from service.web.sentences import split_sentences

#: What Markdown takes for more than a character. A document must not put links or pictures into somebody's chat.
_SPECIAL = re.compile(r"([\\`*_\[\]<>|#~&])")
_LONGEST_QUOTE = 160


def answer_to_markdown(answer: Json) -> Iterator[str]:
    """Yield an answer in pieces: each sentence of its text, then each section; together they are the whole."""
    for sentence in split_sentences(answer["text"]):
        # One line end alone is a blank in Markdown.
        yield re.sub(r"\s*\n\s*", "\n\n", _escaped(sentence))
    for title, lines in _sections(answer):
        yield f"\n\n**{title}**\n\n" + "\n".join(lines)


def _sections(answer: Json) -> Iterator[tuple[str, list[str]]]:
    text = answer["text"]
    if answer["missing"] and answer["missing"] not in text:
        yield "缺少", [_escaped(answer["missing"])]
    main = [each for each in answer["citations"] if each["role"] != "also"]
    cited = [f"{n}. {each}" for n, each in enumerate(_once(map(_cited, main)), 1)]
    others = len(answer["citations"]) - len(main)
    if cited and others:
        cited += ["", f"同一数字另有{others}处印出。"]
    for title, lines in (
        ("可能的意思", _bulleted(each for each in answer["readings"] if each not in text)),
        ("计算过程", _bulleted(each["working"] for each in answer["results"] if each["working"])),
        ("出处", cited),
        ("提示", _bulleted(map(finding_to_text, answer["findings"]))),
    ):
        if lines:
            yield title, lines


def _bulleted(lines: Iterable[str]) -> list[str]:
    return [f"- {each}" for each in _once(lines)]


def _once(lines: Iterable[str]) -> list[str]:
    """Return each line once, on one line, as Markdown shows it."""
    return [*dict.fromkeys(_escaped(" ".join(each.split())) for each in lines)]


def _cited(place: Json) -> str:
    title = f"《{place['document_title']}》" if place["document_title"] else place["document"]
    quote = " ".join(place["quote"].split())
    shown = quote if len(quote) <= _LONGEST_QUOTE else f"{quote[:_LONGEST_QUOTE]}……"
    return f"{title}{place_to_text(place)}{f'：{shown}' if shown else ''}"


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text)
