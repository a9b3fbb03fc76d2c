"""The page without a browser: its frames, its headers, its static files, and what none of them may hold."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from service.vocabulary.vocabulary import Vocabulary
from service.web.app import create_app
from service.web.page.pages import modules
from tests.shorthand import a_document
from tests.web.applications import build

PAGE = Path(__file__).parents[2] / "service" / "web" / "page"
TEMPLATES, STATIC = PAGE / "templates", PAGE / "static"
MODULES = sorted(STATIC.glob("*.js"))
VIEWS = {
    "/": "提问", "/documents": "文档", "/documents/d1": "文档", "/drafts": "起草", "/drafts/d1": "草稿", "/checks": "核对",
    "/checks/c1": "核对结果",
}  # fmt: skip
HOSTILE = "<img src=x onerror=alert(1)>{{7*7}}\"'"

#: Ways to turn text into markup or script, or to reach outside, none of which our modules need.
FORBIDDEN = {
    r"\b(inner|outer)HTML\b": "text becomes markup", r"insertAdjacentHTML|createContextualFragment|setHTML": "text becomes markup",
    r"document\.write|DOMParser|srcdoc": "text becomes markup", r"\beval\(|new Function|setTimeout\(\s*[\"'`]": "text becomes script",
    r"setAttribute\(\s*[\"']style|cssText": "style from text", r"\bimport\(": "a module that cannot be fetched ahead",
    r"trustedTypes": "a policy would undo the rule", r"\.toLocaleString\((?![^)]*(?:dateStyle|month))|toPrecision|NumberFormat": "figures come finished",
    r"console\.(log|debug)|debugger": "left over", r"WebSocket|sendBeacon|serviceWorker|RTCPeer": "another way out",
    r"\b(alert|confirm|prompt)\(\s*[\"'`]": "dialogs of the browser", r"javascript:": "script in an address",
}  # fmt: skip
#: A name of XML, not an address that anything is fetched from.
NAMESPACES = ("http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink")


@pytest.fixture
def client(vocabulary: Vocabulary) -> Iterator[TestClient]:
    """A client of a service that holds one small document."""
    with TestClient(create_app(build(vocabulary, a_document()))) as made:
        yield made


class Frame(HTMLParser):
    """What a page consists of."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []
        self._open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.elements.append((tag, dict(attrs)))
        if tag not in {"meta", "link", "input", "br", "img"}:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Note its end."""
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        """Note a text under the element it stands in."""
        self.texts.append((self._open[-1] if self._open else "", data))

    def every(self, tag: str) -> list[dict[str, str | None]]:
        """Return the attributes of all elements of a name."""
        return [attributes for name, attributes in self.elements if name == tag]

    def text_of(self, tag: str) -> str:
        """Return what stands in the elements of a name."""
        return "".join(data for name, data in self.texts if name == tag).strip()


@pytest.mark.parametrize("path", VIEWS)
def test_every_view_has_its_frame(client: TestClient, path: str) -> None:
    """In Chinese, with one heading, a way past the head, and its place in the navigation."""
    said = client.get(path)
    frame = Frame(said.text)

    assert (said.status_code, said.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert frame.every("html") == [{"lang": "zh-CN"}]
    assert frame.text_of("title") == f"{VIEWS[path]} · 有据"
    assert len(frame.every("h1")) == len(frame.every("main")) == 1
    assert ("a", {"class": "skip", "href": "#main"}) in frame.elements
    assert [a["href"] for a in frame.every("a") if a.get("aria-current") == "page"] == ["/" + path.split("/")[1]]
    assert "JavaScript" in said.text[said.text.index("<noscript>") :]


@pytest.mark.parametrize("path", [*VIEWS, "/none"])
def test_the_policy_lets_nothing_in_but_our_files(client: TestClient, path: str) -> None:
    """No inline script, no inline style, no other host, no frame, no text that turns into markup."""
    headers = client.get(path, headers={"accept": "text/html"}).headers
    policy = dict(part.strip().partition(" ")[::2] for part in headers["content-security-policy"].split(";"))

    assert policy["default-src"] == "'none'"
    assert {policy[f"{each}-src"] for each in ("script", "style", "connect")} == {"'self'"}
    assert set(policy["img-src"].split()) <= {"'self'", "blob:"}
    assert {policy["base-uri"], policy["frame-ancestors"], policy["trusted-types"]} == {"'none'"}
    assert policy["require-trusted-types-for"] == "'script'"
    assert "unsafe" not in headers["content-security-policy"]
    assert (headers["x-content-type-options"], headers["referrer-policy"]) == ("nosniff", "no-referrer")


@pytest.mark.parametrize("path", [*VIEWS, "/none"])
def test_everything_a_view_names_is_there_and_ours(client: TestClient, path: str) -> None:
    """And is kept by a browser for good, for its address names its contents."""
    frame = Frame(client.get(path, headers={"accept": "text/html"}).text)
    named = [a["href"] for a in frame.every("link")] + [a["src"] for a in frame.every("script")]

    assert named
    for address in named:
        assert address is not None
        assert re.fullmatch(r"/static/[0-9a-f]{12}/[\w.-]+", address)
        got = client.get(address)
        assert (got.status_code, "immutable" in got.headers["cache-control"]) == (200, True), address
    for link in frame.every("a"):
        assert link["href"] == "#main" or client.get(str(link["href"])).status_code == 200


@pytest.mark.parametrize("path", [f"/documents/{HOSTILE}", f"/drafts/{HOSTILE}", f"/checks/{HOSTILE}", f"/{HOSTILE}"])
def test_addresses_are_text(client: TestClient, path: str) -> None:
    """Whatever is asked for, nothing of it becomes an element or an expression."""
    said = client.get(path, headers={"accept": "text/html"})
    frame = Frame(said.text)

    assert frame.every("img") == []
    assert not [name for _, attributes in frame.elements for name in attributes if name.startswith("on")]
    assert "49" not in said.text[said.text.index("<body") :]


def test_an_address_without_a_view_says_where_to_go(client: TestClient) -> None:
    """In Chinese for people, as problem details for programs."""
    page = client.get("/none", headers={"accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    said = client.get("/v1/none", headers={"accept": "text/html"})

    assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "没有这个页面" in page.text
    assert {"/", "/documents", "/drafts", "/checks"} <= {a["href"] for a in Frame(page.text).every("a")}
    assert (said.status_code, said.headers["content-type"]) == (404, "application/problem+json")


def test_static_files_are_sent_small_and_of_their_kind(client: TestClient) -> None:
    """Packed where the browser takes that; of another state of the program, not kept."""
    packed = client.get("/static/other/base.css", headers={"accept-encoding": "gzip"})
    plain = client.get("/static/other/base.css", headers={"accept-encoding": "identity"})

    assert (packed.headers["content-encoding"], packed.headers["cache-control"]) == ("gzip", "no-cache")
    assert packed.text == plain.text
    assert packed.headers["content-type"].startswith("text/css")
    assert client.get("/static/other/dom.js").headers["content-type"].startswith("text/javascript")
    assert client.get("/static/other/icon.svg").headers["content-type"] == "image/svg+xml"


@pytest.mark.parametrize("name", ["none.js", "..%2f..%2fapp.py", "%2e%2e/pages.py", "..\\pages.py", "__init__.py"])
def test_no_other_file_can_be_had(client: TestClient, name: str) -> None:
    """Names are looked up, not opened."""
    assert client.get(f"/static/other/{name}").status_code == 404


@pytest.mark.parametrize("path", sorted(TEMPLATES.glob("*.html")), ids=lambda path: path.name)
def test_templates_hold_no_script_and_no_style(path: Path) -> None:
    """The policy would stop them; and nothing is put in unescaped."""
    text = path.read_text("utf-8")

    assert not re.search(
        r"<style|\sstyle\s*=|\son\w+\s*=|javascript:|\|\s*safe|autoescape|https?://|<iframe|<base", text
    )
    assert not re.search(r"<script(?![^>]*\ssrc=)", text)


@pytest.mark.parametrize("path", sorted(STATIC.iterdir()), ids=lambda path: path.name)
def test_static_files_name_no_other_host(path: Path) -> None:
    """So none can be asked, whatever the policy says."""
    text = path.read_text("utf-8")
    for name in NAMESPACES:
        text = text.replace(name, "")

    assert not re.search(r"https?:|[\"'(]//|@import|url\((?!#)", text)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_modules_do_what_the_page_may_do(path: Path) -> None:
    """Elements are built, never written."""
    text = path.read_text("utf-8")

    assert {why: re.findall(pattern, text) for pattern, why in FORBIDDEN.items() if re.search(pattern, text)} == {}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_modules_import_what_there_is(path: Path) -> None:
    """From beside them, by names that the other module exports."""
    text = path.read_text("utf-8")
    taken = re.findall(r"^(?:import|export)\s+([^;]*?)\s*from\s+[\"']([^\"']+)[\"']", text, re.MULTILINE)

    for names, source in taken:
        assert source.startswith("./"), source
        other = (STATIC / source[2:]).read_text("utf-8")
        for name in re.findall(r"([\w$]+)(?:\s+as\s+[\w$]+)?\s*(?=[,}])", names):
            defined = rf"export\s+(?:async\s+)?(?:function\*?|const|let|class)\s+{name}\b|export\s*\{{[^}}]*\b{name}\b"
            assert re.search(defined, other), f"{source} exports no {name}"
    assert len(taken) == len(re.findall(r"^(?:import|export)\b[^;]*?\bfrom\s+[\"']", text, re.MULTILINE))


def test_every_static_file_is_used() -> None:
    """By a template, or by a module that one uses."""
    named = {
        name
        for path in TEMPLATES.glob("*.html")
        for name in re.findall(r"static\('([^']+)'\)|block module %\}([\w.-]+)\{%", path.read_text("utf-8"))
        for name in name
        if name
    }
    used = named | {module for name in named if name.endswith(".js") for module in modules(name)}

    assert {path.name for path in STATIC.iterdir()} == used


def test_styles_move_nothing_for_those_who_want_no_motion() -> None:
    """And there is a look for paper and for colours that the reader forces."""
    text = (STATIC / "base.css").read_text("utf-8")

    for wish in ("prefers-reduced-motion: reduce", "@media print", "forced-colors: active", ":focus-visible"):
        assert wish in text
