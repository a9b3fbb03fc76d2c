"""What of a web page is the document: its title, and its text without menus, footers and share boxes."""

from __future__ import annotations

import re
from dataclasses import dataclass

from service.adapters.readers.markup import Element
from service.adapters.readers.styles import declarations

#: Elements that hold nothing printed.
NOT_TEXT = frozenset(
    {
        "script", "style", "noscript", "template", "head", "title", "meta", "link", "iframe", "object", "embed", "applet",
        "input", "select", "option", "textarea", "button", "canvas", "audio", "video", "map", "svg", "math",
    }
)  # fmt: skip
_AROUND = frozenset({"nav", "footer", "aside", "header"})
_AROUND_ROLES = frozenset({"navigation", "banner", "contentinfo", "search", "complementary"})
#: Words in class names and ids of what stands around the text. Only a hint: what holds the text stays.
_AROUND_WORDS = frozenset(
    {
        "nav", "navi", "navbar", "menu", "submenu", "crumb", "crumbs", "breadcrumb", "breadcrumbs", "share", "fenxiang",
        "footer", "foot", "header", "copyright", "copy", "sidebar", "pager", "pagination", "toolbar", "search", "login",
        "qrcode", "ewm", "related", "recommend", "friendlink", "friendlinks", "flink", "flinks", "links", "weizhi", "dqwz",
        "location", "position", "bdshare", "print", "fontsize", "accessibility", "wza", "zoomtool", "banner",
    }
)  # fmt: skip
_WORD = re.compile(r"[a-z]+|[A-Z][a-z]*")
#: Names that publishing systems give to the block of the article. Only a hint.
_ARTICLE = re.compile(
    r"^(?:zoom|zoomcon|content|con|text|detail|article|mainbody|main-?text|news_?text|info_?con\w*|detail[_-]?con\w*"
    r"|article[_-]?\w*|\w*[_-]?content\w*|trs_\w+|ucap-content|vsb_\w+|wp_article\w*|custom_unionstyle|view|xxgk_\w+)$",
    re.IGNORECASE,
)
#: Lines that a publishing system prints around an article.
_FURNITURE = re.compile(
    r"^(?:【?字[号体]|【?打印|【?关闭|我要打印|分享[到至：:]|扫一扫|当前位置|您(?:现在|当前)?(?:所在|的)?的?位置|首页\s*[>＞/]"
    r"|(?:发布|发文|更新|成文|公开|生成)(?:日期|时间)\s*[:：]|(?:日期|时间|来源|信息来源|作者|编辑|责任编辑|责编|浏览次数?|点击数?|阅读次?数?"
    r"|访问量|索引号|信息索引)\s*[:：]|(?:上|下)一[篇条]|版权所有|主办(?:单位)?\s*[:：]|承办(?:单位)?\s*[:：]|网站标识码|.{0,20}ICP备"
    r"|.{0,20}公网安备|网站地图|返回顶部|相关(?:链接|文章|阅读)\s*$)"
)
_FURNITURE_LENGTH = 150
_SENTENCE = re.compile(r"[。；]")
_DIGIT = re.compile(r"\d")


@dataclass(slots=True)
class _Weight:
    """What an element holds, without what is in elements that show nothing."""

    text: int = 0
    linked: int = 0
    links: int = 0
    tables: int = 0
    sentences: int = 0


def is_furniture(line: str) -> bool:
    """Tell whether a line is one that a publishing system prints around every article."""
    return len(line) <= _FURNITURE_LENGTH and bool(_FURNITURE.match(line.strip()))


def title_of(root: Element) -> str:
    """Return the title of the article, "" where the page has none.

    The publishing system's own note of it, else the page's only main heading, else the first part of the page
    title, whose other parts name the column and the site.
    """
    for meta in root.iter("meta"):
        if (meta.get("name") or "").lower() in ("articletitle", "og:title", "title") and _line(meta.get("content")):
            return _line(meta.get("content"))
    headings = [_line(h.text_content()) for h in root.iter("h1")]
    headings = [h for h in headings if len(h) > 5]
    if len(headings) == 1:
        return headings[0]
    for title in root.iter("title"):
        return _line(re.split(r"[_|｜]|\s[-–—]+\s|--+|——", title.text_content())[0])
    return ""


def strip_surroundings(root: Element) -> Element:
    """Remove from the tree what stands around the document, and return the element that holds it."""
    weights = _weights(root)
    whole = weights[root].text
    stack = [root]
    while stack:
        element = stack.pop()
        for child in list(element):
            if _is_around(child, weights[child], whole):
                _remove(child)
            else:
                stack.append(child)
    return _article(root)


def _article(root: Element) -> Element:
    """Return the innermost block named as the article that holds nearly all text and all tables, else *root*."""
    weights = _weights(root)
    whole = weights[root]
    found = root
    for element in root.iter():
        weight = weights[element]
        names = [*(element.get("class") or "").split(), element.get("id") or ""]
        if (
            any(_ARTICLE.match(n) for n in names)
            and 10 * (weight.text + weight.linked) >= 7 * (whole.text + whole.linked)
            and weight.tables == whole.tables
        ):
            found = element
    return found


def _is_around(element: Element, weight: _Weight, whole: int) -> bool:
    if element.tag in NOT_TEXT:
        return True
    if 2 * weight.text > whole and whole:
        return False
    if declarations(element.get("style") or "").get("display") == "none" or element.get("hidden") is not None:
        return True
    if element.tag in _AROUND or (element.get("role") or "").lower() in _AROUND_ROLES:
        return True
    if weight.tables:
        return False
    if weight.links >= 3 and 10 * weight.linked > 6 * (weight.linked + weight.text):
        return True
    if weight.sentences > 3 or element.tag in ("html", "body"):
        return False
    names = f"{element.get('class') or ''} {element.get('id') or ''}"
    return any(w.lower() in _AROUND_WORDS for w in _WORD.findall(names))


def _weights(root: Element) -> dict[Element, _Weight]:
    """Weigh every element, from the leaves up; no recursion, for pages nest deep."""
    weights: dict[Element, _Weight] = {}
    for element in reversed(list(root.iter())):
        weight = weights.setdefault(element, _Weight())
        if element.tag in NOT_TEXT:
            weights[element] = _Weight()
            continue
        texts = [element.text or "", *(child.tail or "" for child in element)]
        weight.text += sum(len(t.strip()) for t in texts)
        weight.sentences += sum(len(_SENTENCE.findall(t)) for t in texts)
        for child in element:
            inner = weights[child]
            weight.text += inner.text
            weight.linked += inner.linked
            weight.links += inner.links
            weight.tables += inner.tables
            weight.sentences += inner.sentences
        if element.tag == "a" and element.get("href"):
            weight.linked, weight.text, weight.links = weight.linked + weight.text, 0, weight.links + 1
        if element.tag == "table" and not weight.tables and _has_figures(element):
            weight.tables = 1
    return weights


def _has_figures(table: Element) -> bool:
    rows = cells = 0
    for element in table.iter("tr", "td", "th"):
        if element.tag == "tr":
            rows += 1
        elif _DIGIT.search(element.text_content()):
            cells += 1
        if rows > 1 and cells > 1:
            return True
    return False


def _remove(element: Element) -> None:
    """Remove an element, leaving the text behind it in place."""
    parent, before = element.getparent(), element.getprevious()
    if element.tail:
        if before is not None:
            before.tail = (before.tail or "") + element.tail
        else:
            parent.text = (parent.text or "") + element.tail
    parent.remove(element)


def _line(text: str | None) -> str:
    return " ".join((text or "").split())
