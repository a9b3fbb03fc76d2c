"""A store that holds the seed document, and the server over it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from mcp.server import Server

from service.bootstrap import build_application, build_drafts
from service.settings import Settings
from tests.mcp.clients import server_over


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory, seed_path: Path) -> Path:
    """Folder of a store that holds the seed document."""
    made = tmp_path_factory.mktemp("home")
    list(build_application(Settings(home=made)).add_paths([seed_path]))
    return made


@pytest.fixture(scope="session")
def server(home: Path) -> Server[Any]:
    """The server as `youju mcp` makes it, in this process."""
    settings = Settings(home=home)
    application = build_application(settings)
    return server_over(application, build_drafts(settings, application))
