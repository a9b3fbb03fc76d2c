"""The routes of the page: one HTML frame a view, and the static files under an address that names their contents."""

from __future__ import annotations

import mimetypes
import re
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable

from fastapi import APIRouter, HTTPException, Response
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

#: What a browser may do with the page: nothing but run and show the files of this service. With Trusted Types and no
#: policy for them, a script that tried to turn text into markup would be stopped by the browser.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)
_HEADERS = {
    "content-security-policy": POLICY,
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}
#: Static files are named after their contents: what is kept once never changes.
_FOREVER = "public, max-age=31536000, immutable"
_IMPORT = re.compile(r"""^(?:import|export)\b[^;]*?["']\./([\w.-]+)["'];""", re.MULTILINE)

mimetypes.add_type("text/javascript", ".js")

pages = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class _Static:
    """A static file.

    Attributes:
        data: Its bytes.
        kind: Media type.
    """

    data: bytes
    kind: str


@cache
def _statics() -> dict[str, _Static]:
    folder = files("service.web.page") / "static"
    return {each.name: _static(each) for each in sorted(folder.iterdir(), key=lambda file: file.name) if each.is_file()}


def _static(file: Traversable) -> _Static:
    return _Static(file.read_bytes(), mimetypes.guess_type(file.name)[0] or "application/octet-stream")


@cache
def digest() -> str:
    """Return the name of this state of the static files."""
    known = sha256()
    for name, file in _statics().items():
        known.update(name.encode() + b"\0" + file.data)
    return known.hexdigest()[:12]


def static(name: str) -> str:
    """Return the address of a static file. Raises KeyError for one that is not there."""
    return f"/static/{digest()}/{name}" if _statics()[name] else ""


@cache
def modules(name: str) -> tuple[str, ...]:
    """Return a module and all that it imports, itself first, so that a browser can fetch them at once."""
    found = [name]
    for each in found:  # grows on the way
        for other in _IMPORT.findall(_statics()[each].data.decode()):
            if other not in found:
                found.append(other)
    return tuple(found)


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=PackageLoader("service.web.page", "templates"), autoescape=select_autoescape(default=True),
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.globals |= {"static": static, "modules": modules}
    return environment


def rendered(name: str, status: int = 200, **values: str) -> Response:
    """Return a view as a response with the headers that every page has."""
    text = _templates().get_template(f"{name}.html").render(view=name, **values)
    return Response(text, status, _HEADERS, "text/html; charset=utf-8")


@pages.get("/")
def ask() -> Response:
    """Show where questions are asked (提问)."""
    return rendered("ask")


@pages.get("/documents")
def documents() -> Response:
    """Show the documents held (文档)."""
    return rendered("documents")


@pages.get("/documents/{document_id}")
def document(document_id: str) -> Response:
    """Show a document with its tables beside its pages."""
    return rendered("document", id=document_id)


@pages.get("/drafts")
def drafts() -> Response:
    """Show where drafts begin (起草)."""
    return rendered("drafts")


@pages.get("/drafts/{draft_id}")
def draft(draft_id: str) -> Response:
    """Show a draft to be filled, edited and approved."""
    return rendered("draft", id=draft_id)


@pages.get("/checks")
def checks() -> Response:
    """Show where texts are handed in to be checked (核对)."""
    return rendered("checks")


@pages.get("/checks/{check_id}")
def check(check_id: str) -> Response:
    """Show what a check found, next to the text."""
    return rendered("check", id=check_id)


@pages.get("/static/{state}/{name}")
def static_file(state: str, name: str) -> Response:
    """Return a static file; one of another state of the program is this state's, and is not kept by the browser."""
    found = _statics().get(name)
    if found is None:
        raise HTTPException(404)
    kept = _FOREVER if state == digest() else "no-cache"
    return Response(found.data, headers={"cache-control": kept}, media_type=found.kind)


@pages.get("/favicon.ico")
def icon() -> Response:
    """Return the sign of the program, for browsers that look for it at its old place."""
    return static_file(digest(), "icon.svg")
