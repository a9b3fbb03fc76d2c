"""Texts that try to become markup or script, and a document of an invented office that is full of them."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from tests.samples import Project, Sample, with_table

if TYPE_CHECKING:
    from playwright.sync_api import Page

#: Each sets ``hurt`` where it runs.
PICTURE = "<img src=x onerror=window.hurt=1>"
SCRIPT = "<script>window.hurt=1</script>"
LINK = '<a href="javascript:window.hurt=1">点</a>[点](javascript:window.hurt=1)'
CLOSING = "</textarea></title></script>\"'><svg onload=window.hurt=1>"
TEMPLATE = "{{7*7}}${7*7}<%=7*7%>"
TURNED = "\u202e转\u202d\u2066向"
LONG = "长" * 200 + "x" * 300
ALL = (PICTURE, SCRIPT, LINK, CLOSING, TEMPLATE, TURNED, LONG)
EVERYTHING = "".join(ALL)
FILE_NAME = f"{PICTURE}{TEMPLATE}'{TURNED}.txt"

#: What no view makes, whatever it shows.
_FOREIGN = """() => {
  const odd = "img[src='x'], script:not([src]), iframe, object, embed, base, style, svg[onload], [href^='javascript' i], [srcdoc]";
  const found = [...document.querySelectorAll(odd)];
  for (const each of document.querySelectorAll("*"))
    if (each.getAttributeNames().some((name) => name.startsWith("on"))) found.push(each);
  return found.map((each) => each.outerHTML.slice(0, 200));
}"""
#: Where signs that turn writing around stand in what is shown; what is typed keeps them.
_TURNED = """() => {
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode())
    if (/[\\u202a-\\u202e\\u2066-\\u2069]/.test(walker.currentNode.data) && !walker.currentNode.parentElement.closest("textarea"))
      found.push(`${walker.currentNode.parentElement.outerHTML.slice(0, 120)}`);
  return found;
}"""
_WIDER = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


def document(year: int = 2024) -> bytes:
    """Return a disclosure whose names, headings and tables hold all of them; its figures add up."""
    names = [PICTURE, SCRIPT, LINK, CLOSING, TEMPLATE, TURNED, LONG]
    projects = tuple(Project(f"{name}专项经费", Decimal(f"{number}0.00")) for number, name in enumerate(names, 1))
    sample = Sample(year=year, projects=projects)
    rows = (f"项目\t{PICTURE}\t{LONG[:120]}", f"{LINK}\t1.00\t2.00", f"{SCRIPT}\t3.00\t4.00")
    text = with_table(f"{year} 年{PICTURE}{TEMPLATE}情况表", *rows, sample=sample)
    glossary = f"三、{PICTURE}{SCRIPT}：是指{LINK}{CLOSING}{TEMPLATE}{TURNED}的经费。"
    return text.replace("附件：", f"{glossary}\n\n附件：").encode()


def assert_unhurt(page: Page) -> None:
    """Fail where something of a text has run or has become an element, or where it pushes the page wide."""
    assert page.evaluate("() => globalThis.hurt ?? null") is None
    assert page.evaluate(_FOREIGN) == [], page.url
    assert page.evaluate(_TURNED) == [], page.url
    assert "49" not in page.title()
    assert page.evaluate(_WIDER) <= 0, page.url
