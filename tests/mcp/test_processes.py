"""`youju mcp` as a desktop assistant starts it: a process of its own, over its pipes or over HTTP."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import Client

from service.cli import main
from service.cli import mcp as command
from tests.mcp.clients import environment, over, text_of

ROOT = Path(__file__).parents[2]
#: Runs the command with an asking that prints wherever a library might.
NOISY = """
import logging, os, subprocess, sys, warnings
from service.cli import main
from service.mcp.tools import Workshop
quiet = Workshop.ask
def noisy(self, asked):
    print("stray")
    os.write(1, b"stray\\n")
    subprocess.run(["echo", "stray"], check=True)
    logging.getLogger("library").warning("secret: %s", asked.question)
    warnings.warn("stray")
    return quiet(self, asked)
Workshop.ask = noisy
sys.exit(main(["mcp"]))
"""
CALL: dict[str, Any] = {"name": "ask", "arguments": {"question": "基本支出占多少？"}}


@pytest.fixture(scope="module")
def documented() -> tuple[str, list[str]]:
    """The script of docs/mcp.md, and the lines that it is said to print."""
    page = (ROOT / "docs" / "mcp.md").read_text("utf-8")
    script = re.search(r"```python\n(.*?)```", page, re.DOTALL)
    output = re.search(r"```\n(工具：.*?)```", page, re.DOTALL)
    assert script
    assert output
    return script[1], [line.removesuffix("……") for line in output[1].splitlines() if line.strip("…")]


def test_a_newcomer_gets_what_the_documentation_shows_over_the_pipes(
    home: Path, documented: tuple[str, list[str]], tmp_path: Path
) -> None:
    """The script starts the command, calls every tool and makes a mistake; all that the page shows is printed."""
    script, lines = documented
    (tmp_path / "youju").write_text(f'#!/bin/sh\nexec {sys.executable} -m service.cli "$@"\n', "utf-8")
    (tmp_path / "youju").chmod(0o755)
    place = {"PATH": f"{tmp_path}:{os.environ.get('PATH', '')}", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(  # noqa: S603 - the interpreter that runs this
        [sys.executable, "-c", script], capture_output=True, text=True, check=False, env=environment(home) | place,
    )  # fmt: skip

    assert (done.returncode, done.stderr) == (0, "")
    assert len(lines) > 30
    assert [line for line in lines if line not in done.stdout] == []


def test_nothing_but_the_protocol_reaches_stdout(home: Path) -> None:
    """What libraries print goes to stderr, what they log goes nowhere, and a line that is no message is answered."""
    lines: list[dict[str, Any]] = [
        {"id": 1, "method": "initialize", "params": {
            "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"},
        }},
        {"method": "notifications/initialized"},
        {"id": 2, "method": "tools/call", "params": CALL},
        {"id": 3, "method": "tools/call", "params": CALL | {"arguments": {"question": "半个字\ud800"}}},
    ]  # fmt: skip
    given = "".join(json.dumps({"jsonrpc": "2.0"} | line) + "\n" for line in lines) + "no message\n"
    with subprocess.Popen(  # noqa: S603 - the interpreter that runs this
        [sys.executable, "-c", NOISY], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT,
        env=environment(home),
    ) as run:  # fmt: skip
        assert run.stdin
        assert run.stdout
        assert run.stderr
        run.stdin.write(given.encode())
        run.stdin.flush()
        got = [json.loads(run.stdout.readline()) for _ in range(4)]
        run.stdin.close()
        rest, complaints = run.stdout.read(), run.stderr.read().decode()

    by_id = {each["id"]: each for each in got}
    assert (rest, run.returncode) == (b"", 0)
    assert {each["jsonrpc"] for each in got} == {"2.0"}
    assert by_id[1]["result"]["serverInfo"]["name"] == "youju"
    assert "56.53%" in by_id[2]["result"]["content"][0]["text"]
    assert (by_id[3]["error"]["code"], by_id[None]["error"]["code"]) == (-32700, -32700)
    assert complaints.count("stray") >= 3
    assert "secret" not in complaints
    assert "基本支出" not in complaints


def test_a_client_that_goes_without_its_answer_is_no_error(home: Path) -> None:
    """Assistants are closed at any moment; nobody is to look into a log for that."""
    with subprocess.Popen(
        [sys.executable, "-m", "service.cli", "mcp"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, cwd=ROOT, env=environment(home),
    ) as run:  # fmt: skip
        assert run.stdin
        assert run.stdout
        assert run.stderr
        run.stdout.close()
        run.stdin.write(b'{"jsonrpc": "2.0", "id": 1, "method": "ping"}\n')
        run.stdin.close()
        complaints = run.stderr.read().decode()

    assert (run.returncode, complaints) == (0, "")


@pytest.fixture(scope="module")
def address(home: Path) -> Iterator[str]:
    """Where a real process serves HTTP."""
    with subprocess.Popen(
        [sys.executable, "-m", "service.cli", "mcp", "--http", "--port", "0"], stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, cwd=ROOT, env=environment(home),
    ) as run:  # fmt: skip
        assert run.stdout
        assert run.stderr
        said = run.stderr.readline().decode()
        found = re.search(r"http://127\.0\.0\.1:\d+/mcp", said)
        assert found, said
        yield found[0]
        run.send_signal(signal.SIGINT)
        assert run.stdout.read() == b""


def test_questions_are_answered_over_http_side_by_side(address: str) -> None:
    """Each gets its own answer, and an error is told as over the pipes."""

    async def at_once(client: Client) -> dict[str, Any]:
        got: dict[str, Any] = {}

        async def one(question: str) -> None:
            got[question] = text_of(await client.call_tool("ask", {"question": question}))

        async with anyio.create_task_group() as group:
            for question in ("基本支出占多少？", "三公经费是多少？", ""):
                group.start_soon(one, question)
        return got

    got = over(address, at_once)

    assert "占支出950.47万元的56.53%" in got["基本支出占多少？"]
    assert "5.50万元" in got["三公经费是多少？"]
    assert got[""] == "“question”是空的。（错误代码 invalid-input）"


@pytest.mark.parametrize(("header", "status"), [("Host", 421), ("Origin", 403)])
def test_a_page_of_another_site_is_turned_away(address: str, header: str, status: int) -> None:
    """A name that somebody pointed at this address does not open the way to the documents."""
    connection = http.client.HTTPConnection(address.split("/")[2], timeout=10)
    sent = {"Content-Type": "application/json", "Accept": "application/json", header: "http://evil.example"}
    connection.request(
        "POST", "/mcp", json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": CALL}), sent
    )
    got = connection.getresponse()

    assert (got.status, "56.53" in got.read().decode()) == (status, False)
    connection.close()


def test_a_port_that_is_taken_is_told(address: str, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without a traceback, with what to do."""
    port = address.split(":")[2].partition("/")[0]

    assert main(["mcp", "--http", "--port", port]) == 2
    assert f"不能在 127.0.0.1:{port} 上提供服务" in capsys.readouterr().err


def test_without_the_sdk_the_command_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line, ready to be copied; an old SDK is told as such."""

    def missing(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(command, "version", missing)
    assert main(["mcp"]) == 2
    assert "请运行：pip install 'youju[mcp]'" in capsys.readouterr().err

    monkeypatch.setattr(command, "version", {"mcp": "1.28.1"}.__getitem__)
    assert main(["mcp"]) == 2
    assert "安装的 mcp 是1.28.1，太旧。请运行：pip install -U 'youju[mcp]'" in capsys.readouterr().err


def test_a_port_without_http_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """Nobody waits for a port that is never opened."""
    assert main(["mcp", "--port", "9000"]) == 2
    assert "youju mcp --http" in capsys.readouterr().err


def test_the_other_commands_do_not_load_the_sdk() -> None:
    """A question on the command line starts as fast as before."""
    heavy = "{'mcp', 'anyio', 'starlette', 'pydantic', 'uvicorn'}"
    done = subprocess.run(  # noqa: S603 - the interpreter that runs this
        [sys.executable, "-c", f"import service.cli, sys; print(sorted({heavy} & set(sys.modules)))"],
        capture_output=True, text=True, check=True, cwd=ROOT,
    )  # fmt: skip

    assert done.stdout == "[]\n"
