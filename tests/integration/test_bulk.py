"""Whole folders and archives through `youju ingest`, in processes of their own."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from service.bootstrap import build_application
from service.settings import Settings

ROOT = Path(__file__).parents[2]


def variants(text: str, count: int) -> list[bytes]:
    """Return as many documents that differ in their year."""
    return [f"{text}\n\n附注{number}。\n".encode() for number in range(count)]


@pytest.fixture
def text(seed_path: Path) -> str:
    return seed_path.read_text("utf-8-sig")


def youju(home: Path, *arguments: str | Path, **variables: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(  # noqa: S603
        _command(*arguments), cwd=ROOT, env=_surroundings(home) | variables, capture_output=True, check=False,
        timeout=120,
    )  # fmt: skip


def _command(*arguments: str | Path) -> list[str]:
    code = (
        "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from service.cli import main; sys.exit(main())"
    )
    return [sys.executable, "-c", code, *map(str, arguments)]


def _surroundings(home: Path) -> dict[str, str]:
    plain = {name: value for name, value in os.environ.items() if not name.startswith("YOUJU_")}
    return plain | {"YOUJU_HOME": str(home), "PYTHONPATH": str(ROOT)}


def test_bad_files_among_good_ones(tmp_path: Path, text: str) -> None:
    """Workers read them side by side; the JSON is in the order given; the summary stands on stderr."""
    folder = tmp_path / "文件"
    folder.mkdir()
    good = variants(text, 3)
    (folder / "1.txt").write_bytes(good[0])
    (folder / "2.pdf").write_bytes(b"%PDF-1.7\nbroken")
    (folder / "4.txt").write_bytes(b"")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("里面/a.txt", good[1])
        archive.writestr("../b.bin", b"\x00\x01" * 99)
        archive.writestr("c.txt", good[2])
    (folder / "3.zip").write_bytes(packed.getvalue())
    (folder / "5.zip").write_bytes(packed.getvalue()[:200])
    done = youju(tmp_path / "home", "ingest", folder, "--workers", "2", "--json")
    said = json.loads(done.stdout)
    told = done.stderr.decode()

    assert [each["name"] for each in said] == ["1.txt", "2.pdf", "a.txt", "b.bin", "c.txt", "4.txt", "5.zip"]
    assert [each["error"] is None for each in said] == [True, False, True, False, True, False, False]
    assert (done.returncode, "Traceback" in told) == (2, False)
    assert "[7/7]" in told
    assert "共7个文件：新导入3份，已有未重读0份，未导入4个。" in told
    again = youju(tmp_path / "home", "ingest", folder / "1.txt", folder / "3.zip", "--json")
    assert [each.get("was_known") for each in json.loads(again.stdout)] == [True, True, None, True]
    forced = youju(tmp_path / "home", "ingest", folder / "1.txt", "--force")
    assert (forced.returncode, "已有" in forced.stdout.decode()) == (0, True)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_a_run_that_was_ended_goes_on_where_it_was(tmp_path: Path, text: str, how: signal.Signals) -> None:
    """What was stored is kept, and not read again."""
    folder = tmp_path / "文件"
    folder.mkdir()
    for number, data in enumerate(variants(text, 12)):
        (folder / f"{number:02}.txt").write_bytes(data)
    home = tmp_path / "home"
    running = subprocess.Popen(  # noqa: S603
        _command("ingest", folder, "--workers", "2"), cwd=ROOT, env=_surroundings(home), stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )  # fmt: skip
    assert running.stdout is not None
    running.stdout.readline()  # one is in
    running.send_signal(how)
    _, told = running.communicate(timeout=30)
    kept = {each.id for each in build_application(Settings(home=home)).documents()}
    if how is signal.SIGINT:
        assert (running.returncode, "已中断；先前存好的" in told.decode()) == (130, True)
    assert kept

    done = youju(home, "ingest", folder, "--json")
    said = json.loads(done.stdout)
    assert (done.returncode, len({each["id"] for each in said})) == (0, 12)
    assert {each["id"] for each in said if each["was_known"]} >= kept


def test_a_file_that_takes_too_long_is_given_up(tmp_path: Path, text: str) -> None:
    """The setting reaches the processes."""
    for number, data in enumerate((text * 60).encode() for _ in range(2)):
        (tmp_path / f"{number}.txt").write_bytes(data + b"%d" % number)
    done = youju(tmp_path / "home", "ingest", tmp_path / "0.txt", tmp_path / "1.txt", "--json", YOUJU_FILE_SECONDS="1")

    assert {each["error"]["code"] for each in json.loads(done.stdout)} == {"oversized-document"}
    assert "YOUJU_FILE_SECONDS" in done.stdout.decode()
