"""What the command line prints, where, and with which exit status."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from service.cli import main
from service.settings import Settings
from service.vocabulary.vocabulary import Vocabulary
from tests.shorthand import a_document, document_id
from tests.web.applications import ScriptedAsker, build

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Done:
    """What a command did."""

    status: int
    out: str
    err: str


Run = Callable[..., Done]


@pytest.fixture
def asker() -> ScriptedAsker:
    return ScriptedAsker()


@pytest.fixture
def run(vocabulary: Vocabulary, asker: ScriptedAsker, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Run:
    """Run `youju` over an application that holds one small document."""
    application = build(vocabulary, a_document(), asker=asker)

    def once(*arguments: str | Path) -> Done:
        status = main(
            [str(each) for each in arguments],
            read=lambda: Settings(home=tmp_path / "home"),
            build=lambda _: application,
        )
        return Done(status, *capfd.readouterr())

    return once


# ------------------------------------------------------------------------------------------------ ask


def test_an_answer_comes_with_working_sources_and_remarks(run: Run) -> None:
    """For people: the answer first, then what it rests on."""
    done = run("ask", "占多少")

    places = [done.out.index(word) for word in ("占56.53%。", "计算过程", "出处", "提示", "回答编号：a1")]
    assert (done.status, places) == (0, sorted(places))
    assert "[1] 《某局2024年部门预算》支出总体情况表，“合计”行，“合计”列，第230行：950.47" in done.out
    assert "［警告］两处不一致" in done.out
    assert done.err == ""


def test_an_answer_as_json_is_one_object(run: Run) -> None:
    done = run("ask", "占多少", "--json")

    assert json.loads(done.out)["results"][0]["operands"][0]["quote"] == "950.47"


def test_options_reach_the_asker(run: Run, asker: ScriptedAsker) -> None:
    run("ask", "那呢", "--entity", "某局", "--year", "2024", "--history", "甲", "--history", "乙")

    assert asker.asked == [("那呢", ("甲", "乙"), "某局", 2024)]


def test_a_refusal_ends_with_1(run: Run) -> None:
    done = run("ask", "拒")

    assert (done.status, "缺少：2025年的文件" in done.out) == (1, True)


def test_an_answer_can_be_explained(run: Run) -> None:
    """Question, plan, formula, operands, working, answer, in that order."""
    run("ask", "占多少")
    done = run("explain", "a1")

    words = ("问题：占多少", "理解为", "算式：", "计算：", "取数：支出 = 950.47万元（已验证）", "回答（answered）")
    places = [done.out.index(word) for word in words]
    assert (done.status, places) == (0, sorted(places))
    assert json.loads(run("explain", "a1", "--json").out)["asked_at"]


# ---------------------------------------------------------------------------------------------- batch


def test_a_batch_gives_one_line_out_per_line_in(run: Run, tmp_path: Path, asker: ScriptedAsker) -> None:
    """In order, ids kept; a bad line is an error of its own and does not stop the rest."""
    file = tmp_path / "问题.jsonl"
    lines: Sequence[str] = (
        '{"id": "q1", "question": "一", "history": ["零"]}', "not json", "", '{"id": 3}',
        '{"id": "q4", "question": "坏"}', '{"id": "q5", "question": " "}', '{"id": 6, "question": "拒"}',
        '{"id": "q7", "question": "七", "history": "八"}', '{"id": "q8", "question": "\\ud800"}',
        '{"id": "q9", "question": "九", "year": "x"}', "[" * 5000, '{"question": "末"}',
    )  # fmt: skip
    file.write_bytes(b"\xef\xbb\xbf" + "\r\n".join(lines).encode() + b"\n\xff\xfe")
    done = run("ask", "--batch", file)
    said = [json.loads(line) for line in done.out.splitlines()]

    assert [(each["line"], each["id"], each["status"]) for each in said] == [
        (1, "q1", "answered"), (2, None, "error"), (4, None, "error"), (5, "q4", "error"), (6, "q5", "error"),
        (7, 6, "refused"), (8, None, "error"), (9, None, "error"), (10, None, "error"), (11, None, "error"),
        (12, "a1", "answered"), (13, None, "error"),
    ]  # fmt: skip
    assert said[0]["answer_id"] == "a1"
    assert {each["error"]["code"] for each in said if "error" in each} == {"invalid-input", "internal-error"}
    assert asker.asked[0] == ("一", ("零",), None, None)
    assert (done.status, "有9行不能提问" in done.err) == (2, True)


def test_a_batch_that_is_all_answered_ends_with_0(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "问题.jsonl"
    file.write_text('{"id": 0, "question": "一"}\n', "utf-8")
    done = run("ask", "--batch", file)

    assert (done.status, json.loads(done.out)["id"]) == (0, 0)


# ------------------------------------------------------------------------------------------ documents


def test_a_folder_goes_in_and_each_file_is_told(run: Run, seed_path: Path, tmp_path: Path) -> None:
    """Good, GB18030, empty, binary and foreign files, with progress on stderr."""
    folder = tmp_path / "文件"
    folder.mkdir()
    text = seed_path.read_text("utf-8")
    (folder / "1-好.txt").write_text(text, "utf-8")
    (folder / "2-国标.txt").write_text(text.replace("\ufeff", ""), "gb18030")
    (folder / "3-空.txt").write_bytes(b"")
    (folder / "4-二进制.txt").write_bytes(bytes(range(256)) * 8)
    (folder / "5.pdf").write_bytes(b"%PDF-1.7")
    done = run("ingest", folder, "--json")
    said = json.loads(done.out)

    assert [each["error"] and each["error"]["code"] for each in said] == [
        None, None, "empty-document", "unreadable-document", "unreadable-document",
    ]  # fmt: skip
    assert [each["tables"] for each in said[:2]] == [12, 12]
    assert (done.status, "[5/5] 5.pdf" in done.err) == (2, True)


def test_ingesting_tells_people_what_was_found(run: Run, seed_path: Path) -> None:
    """And the second time, that it was there."""
    first, again = run("ingest", seed_path), run("ingest", seed_path)

    assert (first.status, again.status) == (0, 0)
    assert "已导入：" in first.out
    assert "表格12张" in first.out
    assert "已有" in again.out


def test_tables_are_read_without_storing(run: Run, seed_path: Path) -> None:
    """Columns as header paths, a cell list per row."""
    (table, *_) = json.loads(run("tables", seed_path, "--json").out)
    text = run("tables", seed_path).out

    assert (table["id"], table["unit"], len(table["rows"])) == ("T01", "万元", len(table["cells"]))
    assert {"raw", "value", "proof"} <= table["cells"][0][1].keys()
    assert "T12" in text
    assert len(json.loads(run("documents", "--json").out)) == 1


def test_documents_are_listed_and_removed(run: Run) -> None:
    name = document_id("部门预算")

    assert name in run("documents").out
    assert run("documents", "--remove", name).status == 0
    assert "还没有文档" in run("documents").out
    assert run("documents", "--remove", name).status == 2


def test_hostile_titles_are_printed_harmlessly(
    vocabulary: Vocabulary, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Escape sequences of a document do not steer the terminal."""
    hostile = build(vocabulary, a_document(entity="某局\x1b[2J\x9b1m"))
    main(["documents"], read=lambda: Settings(home=tmp_path), build=lambda _: hostile)
    out = capfd.readouterr().out

    assert "某局" in out
    assert not {"\x1b", "\x9b"} & set(out)


# ---------------------------------------------------------------------------------- mistakes and trouble


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["aks", "问"], "没有命令“aks”。是不是 youju ask？"),
        (["什么"], "可用的命令：ingest"),
        (["ask", "--yaer", "2024", "问"], "没有选项“--yaer”。是不是 --year？"),
        (["ask", "--year", "今年", "问"], "“--year”的值"),
        (["ask", "问", "题"], "多出来的参数：题"),
        (["ask"], "没有收到问题"),
        (["ask", "   "], "没有收到问题"),
        (["ask", "问" * 3000], "超过2000字"),
        (["ask", "\udcff"], "UTF-8"),
        (["ask", "问", "--batch", "x"], "只能给一个"),
        (["ask", "--batch", "没有.jsonl"], "找不到“没有.jsonl”"),
        (["ask", "--batch", "/"], "不是文件"),
        (["ask", "--history"], "“--history”后面要跟一个值"),
        (["ingest"], "缺少“文件或文件夹…”"),
        (["ingest", "没有.txt"], "找不到文件“没有.txt”"),
        (["ingest", "/dev/null"], "没有可导入的文件"),
        (["tables", "没有.txt"], "找不到文件"),
        (["tables", "/"], "不是文件"),
        (["tables", "/dev/zero"], "不是文件"),
        (["explain", "没有"], "没有编号为“没有”的回答"),
        (["serve", "--port", "99999"], "不能在"),
    ],
)
def test_mistakes_are_told_in_one_line_of_chinese(run: Run, arguments: list[str], said: str) -> None:
    """On stderr, with exit status 2 and no traceback."""
    done = run(*arguments)

    assert (done.status, done.out) == (2, "")
    assert said in done.err
    assert done.err.count("\n") == 1


def test_an_unexpected_error_gives_an_id_and_goes_to_the_log(tmp_path: Path) -> None:
    """The log names the error and the places in the code, not the question."""
    code = (
        "import sys; from pathlib import Path\n"
        "from service.cli import main\n"
        "from service.adapters.vocabulary_files import read_vocabulary\n"
        "from tests.web.applications import build\n"
        "sys.exit(main(['ask', '坏问题'], build=lambda _: build(read_vocabulary())))\n"
    )
    home = tmp_path / "home"
    done = youju_process([sys.executable, "-c", code], home)
    (line,) = (home / "logs" / "youju.log").read_text("utf-8").splitlines()

    assert (done.returncode, done.stdout) == (2, b"")
    assert json.loads(line)["incident"] in done.stderr.decode()
    assert json.loads(line)["error"] == "ZeroDivisionError"
    assert "坏问题" not in line
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("YOUJU_PORT", "八千", "YOUJU_PORT=“八千”应为整数"),
        ("YOUJU_MAX_FILE_MB", "0", "不能小于1"),
        ("YOUJU_LOG_LEVEL", "loud", "只能是"),
        ("YOUJU_DATABASE_URL", "mysql://x", "应以 sqlite://"),
        ("YOUJU_DATABASE_URL", "postgresql://x:port/y", "YOUJU_DATABASE_URL 写法有误"),
        ("YOUJU_HOME", "/dev/null", "youju doctor"),
    ],
)
def test_a_wrong_setting_names_the_variable(tmp_path: Path, name: str, value: str, said: str) -> None:
    """Or sends to the doctor, who names it."""
    done = youju_process([sys.executable, "-m", "service.cli", "documents"], tmp_path, **{name: value})

    assert (done.returncode, done.stderr.count(b"\n")) == (2, 1)
    assert said in done.stderr.decode()


def test_a_bad_address_of_the_database_is_not_repeated(tmp_path: Path) -> None:
    """It may hold a password."""
    address = "oracle://user:secret@host/db"
    done = youju_process([sys.executable, "-m", "service.cli", "documents"], tmp_path, YOUJU_DATABASE_URL=address)

    assert b"secret" not in done.stderr


def test_ctrl_c_ends_quietly(tmp_path: Path) -> None:
    """One line, the status shells expect, no traceback."""
    # A shell that runs this in the background has its children ignore Ctrl-C; this one must not.
    code = (
        "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from service.cli import main; sys.exit(main())"
    )
    command = [sys.executable, "-c", code, "ask", "--batch", "-"]
    surroundings = dict(os.environ) | {"YOUJU_HOME": str(tmp_path), "PYTHONPATH": str(ROOT)}
    running = subprocess.Popen(  # noqa: S603
        command, cwd=ROOT, env=surroundings, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert running.stdin is not None
    assert running.stdout is not None
    running.stdin.write(b"[]\n")
    running.stdin.flush()
    running.stdout.readline()  # it has answered, so it is at work
    running.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=20)

    assert (running.returncode, said.decode().strip()) == (130, "已中断。")


def test_a_reader_who_leaves_early_is_no_error(tmp_path: Path, seed_path: Path) -> None:
    """`youju tables FILE | head -1` ends without complaint."""
    command = f'"{sys.executable}" -m service.cli tables "{seed_path}" | head -c 10; echo " ${{PIPESTATUS[0]}}"'
    done = youju_process(["bash", "-c", command], tmp_path)

    assert (done.stderr, done.stdout.split()[-1]) == (b"", b"0")


def test_the_real_application_answers_from_a_fresh_folder(tmp_path: Path, seed_path: Path) -> None:
    """Ingest, ask, explain, doctor: four processes over one store."""
    youju = [sys.executable, "-m", "service.cli"]
    first = youju_process([*youju, "ingest", str(seed_path), "--json"], tmp_path)
    asked = youju_process([*youju, "ask", "为什么2024年支出下降了23%？", "--json"], tmp_path)
    answer = json.loads(asked.stdout)
    explained = youju_process([*youju, "explain", answer["id"]], tmp_path)
    checked = youju_process([*youju, "doctor", "--json"], tmp_path)

    assert json.loads(first.stdout)[0]["cells"]["contradicted"] == 0
    assert (asked.returncode, answer["status"], answer["unsupported"]) == (0, "answered", [])
    assert "23.04" in answer["text"]
    assert "取数" in explained.stdout.decode()
    assert all(check["ok"] for check in json.loads(checked.stdout))


def test_asking_loads_no_heavy_library(tmp_path: Path, seed_path: Path) -> None:
    """A question waits neither for Chroma nor for a web framework nor for a language model's library."""
    code = (
        "import sys; from service.cli import main\n"
        f"main(['ingest', {str(seed_path)!r}, '--json']) if sys.argv[1:] == ['in'] else main(['ask', '支出多少'])\n"
        "heavy = {'chromadb', 'fastapi', 'langchain', 'openai', 'numpy', 'rich'} & set(sys.modules)\n"
        "print(sorted(heavy), file=sys.stderr)\n"
    )
    youju_process([sys.executable, "-c", code, "in"], tmp_path)
    done = youju_process([sys.executable, "-c", code], tmp_path)

    assert done.stderr.decode().strip() == "[]"


def youju_process(command: list[str], home: Path, **variables: str) -> subprocess.CompletedProcess[bytes]:
    """Run a process of its own with a store of its own."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("YOUJU_")}
    surroundings = plain | {"YOUJU_HOME": str(home), "PYTHONPATH": str(ROOT)} | variables
    return subprocess.run(command, cwd=ROOT, env=surroundings, capture_output=True, check=False, timeout=60)  # noqa: S603
