"""House rules that no linter knows."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).parents[2]
SERVICE = ROOT / "service"
MONEY_PATH = ("domain", "numerals", "calculation", "claims", "checking", "ingestion", "asking", "drafting")

#: Third-party packages each part of the service may import. Absent means none.
ALLOWED = {
    "service.adapters": {
        "chromadb", "numpy", "sqlalchemy",  # stores
        "lxml", "pdfminer", "pypdf", "pypdfium2",  # readers
        "docx",  # annotated copies
        "httpcore", "httpx", "langchain", "langchain_core", "langchain_openai", "langgraph", "langsmith", "openai",  # models
    },
    "service.asking": {"pypinyin"},
    "service.cli": {"click", "typer", "uvicorn"},
    "service.mcp": {"anyio", "mcp", "mcp_types", "pydantic", "uvicorn"},
    "service.settings": {"pydantic", "pydantic_settings"},
    "service.bootstrap": {"sqlalchemy"},
    "service.web": {"fastapi", "jinja2", "pydantic", "starlette"},
}


def sources(*parts: str) -> list[Path]:
    """Return the modules under the named parts of the service, or all of them."""
    roots = [SERVICE / part for part in parts] or [SERVICE]
    return sorted(path for root in roots for path in root.rglob("*.py"))


def test_there_is_something_to_check() -> None:
    """The rules below do not pass for want of files."""
    assert all(sources(part) for part in MONEY_PATH)


#: Modules that compare wordings by similarity and hold no figure of their own.
WORDINGS = {"texts.py", "performance.py"}


@pytest.mark.parametrize(
    "path", [p for p in sources(*MONEY_PATH) if p.name not in WORDINGS], ids=lambda p: str(p.relative_to(SERVICE))
)
def test_no_floats_on_the_path_of_a_figure(path: Path) -> None:
    """Figures are Decimal: no float literal, no use of the name float."""
    nodes = list(ast.walk(ast.parse(path.read_text("utf-8"))))
    literals = [n.lineno for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, float)]
    names = [n.lineno for n in nodes if isinstance(n, ast.Name) and n.id == "float"]

    assert [*literals, *names] == []


@pytest.mark.parametrize("path", sources(), ids=lambda p: str(p.relative_to(SERVICE)))
def test_modules_say_what_they_are_for(path: Path) -> None:
    """Each module opens with a docstring."""
    assert ast.get_docstring(ast.parse(path.read_text("utf-8")))


def test_third_party_libraries_appear_only_where_they_are_allowed() -> None:
    """An unknown library fails wherever it appears."""
    graph = grimp.build_graph("service", include_external_packages=True, cache_dir=None)

    surplus = {}
    for part in graph.find_children("service"):
        modules = {part} | graph.find_descendants(part)
        imported: set[str] = set()
        for module in modules:
            imported |= {name.partition(".")[0] for name in graph.find_modules_directly_imported_by(module)}
        extra = imported - {"service"} - set(sys.stdlib_module_names) - ALLOWED.get(part, set())
        if extra:
            surplus[part] = extra

    assert surplus == {}
