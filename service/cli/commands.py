"""The commands of documents, questions and checks, of the service and the evaluation."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from service.cli.batch import ask_batch
from service.cli.console import (
    BAD,
    DONE,
    FOUND,
    INTERRUPTED,
    PASTED,
    AsJson,
    Command,
    Context,
    app,
    cannot_write,
    desk_of,
    format_of,
    keep_file,
    note,
    place_for,
    refuse_broken_text,
    refuse_no_year,
    refuse_unwritable,
    show,
    status_of,
)
from service.domain.errors import InvalidInputError

if TYPE_CHECKING:
    from service.application import Ingested, Progress, Totals

#: What a check can be written as; the last two are files only.
_FORMATS = ("text", "json", "md", "html", "docx", "pdf")


@app.command(cls=Command, help="导入文件、文件夹或ZIP；同一份文件导入两次仍是一份。中断后再运行，接着导入没导完的。")
def ingest(
    context: Context,
    paths: Annotated[list[Path], typer.Argument(metavar="文件或文件夹…", show_default=False)],
    workers: Annotated[
        int, typer.Option("--workers", metavar="个数", min=0, max=256, help="同时读几份，默认取 YOUJU_WORKERS。")
    ] = 0,
    *,
    force: Annotated[bool, typer.Option("--force", help="已导入过的文件也重新读。")] = False,
    as_json: AsJson = False,
) -> int:
    """Store every file named."""
    from service.application import Totals
    from service.rendering import ingested_to_dict, to_json

    application = desk_of(context).application()
    done: list[tuple[int, dict[str, Any]]] = []
    totals = Totals(application.now_ms())
    try:
        for each in application.add_paths(paths, _progress, workers=workers or application.limits.workers, force=force):
            said = ingested_to_dict(
                each.name, each.document, error=each.error, code=each.code, was_known=each.was_known
            )
            done.append((each.number, said))
            totals.count(each)
            if not as_json:
                _print_ingested(each, said)
    except KeyboardInterrupt:
        note(f"已中断；先前存好的{totals.stored + totals.known}份都在库里，再运行一次即从断处继续。")
        return INTERRUPTED
    if not done:
        names = "、".join(path.name or str(path) for path in paths)
        raise InvalidInputError(f"“{names}”里没有可导入的文件。请指定预算公开文件、ZIP，或存放它们的文件夹。")
    said_in_order = [said for _, said in sorted(done, key=lambda pair: pair[0])]
    if as_json:
        show(to_json(said_in_order))
    if not application.finish_indexing():
        note("检索用的向量这次没有写全（另一个进程正在使用向量库，或向量模型没有回应），下次导入时自动补上；按词检索不受影响。")
    if len(done) > 1:
        note(_totals_text(totals, application.now_ms()))
    if any(each["error"] for each in said_in_order):
        return BAD
    return status_of(finding for each in said_in_order for finding in each["findings"])


@app.command(cls=Command, help="读出一个文件里的表格（不导入）。")
def tables(
    context: Context,
    file: Annotated[Path, typer.Argument(metavar="文件", show_default=False)],
    html: Annotated[
        Path | None, typer.Option("--html", metavar="网页.html", help="写成网页：单元格按校验状态着色，供查看版面。")
    ] = None,
    table: Annotated[str, typer.Option("--table", metavar="表号", help="只看这一张表，如T05。")] = "",
    *,
    as_json: AsJson = False,
) -> int:
    """Show the tables of a file."""
    from service.rendering import (
        finding_to_dict,
        finding_to_text,
        proof_share,
        table_to_dict,
        table_to_text,
        to_json,
    )

    if file.exists() and not file.is_file():
        raise InvalidInputError(f"“{file.name or file}”不是文件。请指定一个预算公开文件。")
    document = desk_of(context).application().read_file(file)
    shown = [each for each in document.tables if not table or each.id == table.upper()]
    if table and not shown:
        raise InvalidInputError(
            f"“{file.name}”里没有表“{table}”。表号从T01到T{len(document.tables):02}。"
            if document.tables
            else f"“{file.name}”里没有表格。"
        )
    if html is not None:
        from service.table_view import document_to_html

        _write(html, document_to_html(document, shown))
        note(f"已写入 {html.name}：{len(shown)}张表。{proof_share(shown)}")
    if as_json:
        show(to_json([table_to_dict(each) for each in shown]))
    elif html is None:
        show("\n\n".join(table_to_text(each) for each in shown) or "没有找到表格。")
        if shown:
            show(f"\n共{len(shown)}张表。{proof_share(shown)}")
        for finding in document.findings:
            show(finding_to_text(finding))
    return status_of(finding_to_dict(finding) for finding in document.findings)


@app.command(cls=Command, help="列出已导入的文档，或删除一份。")
def documents(
    context: Context,
    remove: Annotated[str, typer.Option("--remove", metavar="编号", help="删除这份文档。")] = "",
    *,
    as_json: AsJson = False,
) -> int:
    """List what is in the store."""
    from service.domain.errors import MissingDocumentError
    from service.rendering import document_to_dict, document_to_text, to_json

    application = desk_of(context).application()
    if remove:
        if not application.remove(remove):
            raise MissingDocumentError(f"没有编号为“{remove}”的文档。请先用 youju documents 查看编号。")
        show(to_json({"removed": remove}) if as_json else f"已删除 {remove}。")
        return DONE
    held = [document_to_dict(each) for each in application.documents()]
    if as_json:
        show(to_json(held))
    elif held:
        show("\n".join(map(document_to_text, held)))
    else:
        show("还没有文档。请运行：youju ingest 文件或文件夹")
    return DONE


@app.command(cls=Command, help="提问。例：youju ask 为什么2024年支出下降了23%？")
def ask(
    context: Context,
    question: Annotated[str, typer.Argument(metavar="问题", show_default=False)] = "",
    entity: Annotated[str, typer.Option("--entity", metavar="部门", help="限定部门（单位）名称。")] = "",
    year: Annotated[int, typer.Option("--year", metavar="年度", help="限定预算年度。")] = 0,
    history: Annotated[
        list[str] | None, typer.Option("--history", metavar="上一问", help="先前的问题，可多次给出。")
    ] = None,
    batch: Annotated[
        str,
        typer.Option("--batch", metavar="文件.jsonl", help="逐行提问，每行含id、question、history；- 为标准输入。"),
    ] = "",
    *,
    as_json: AsJson = False,
) -> int:
    """Answer a question, or a file of them."""
    from service.rendering import answer_dict_to_text, answer_to_dict, to_json

    if batch:
        if question:
            raise InvalidInputError("问题和 --batch 只能给一个。")
        return ask_batch(desk_of(context).application(), batch, entity or None, year or None)
    if not question.strip():
        raise InvalidInputError("没有收到问题。例：youju ask 为什么2024年支出下降了23%？")
    refuse_broken_text(question, entity, *(history or ()))
    answer = answer_to_dict(
        desk_of(context)
        .application()
        .ask(question, history=tuple(history or ()), entity=entity or None, year=year or None)
    )
    show(to_json(answer) if as_json else answer_dict_to_text(answer))
    return FOUND if answer["status"] == "refused" else status_of(answer["findings"])


@app.command(
    cls=Command,
    help="核对一份情况说明或整份公开文本：每个数字对照表格，列出错误。例：youju check 情况说明.docx --tables 预算表.xlsx",
)
def check(
    context: Context,
    file: Annotated[str, typer.Argument(metavar="文件", help="要核对的文件；- 为标准输入的文字。", show_default=False)],
    tables: Annotated[
        list[Path] | None, typer.Option("--tables", metavar="文件", help="用来对照的表格文件，可多次给出。")
    ] = None,
    entity: Annotated[str, typer.Option("--entity", metavar="部门", help="文字没有写明部门时，当作这个部门的。")] = "",
    year: Annotated[int, typer.Option("--year", metavar="年度", help="文字没有写明年度时，当作这一年的。")] = 0,
    form: Annotated[
        str,
        typer.Option(
            "--format", metavar="格式",
            help="text、json、md、html；docx（原文加批注，原文不是DOCX时为报告）、pdf（原PDF加高亮和附注）写成文件。",
        ),
    ] = "",
    output: Annotated[Path | None, typer.Option("--output", metavar="文件", help="写到这个文件，不写到屏幕。")] = None,
    *,
    as_json: AsJson = False,
) -> int:  # fmt: skip
    """Judge every figure of a text."""
    from service.check_report import counts_to_text, report_to_dict

    chosen = format_of(form, output, as_json=as_json, formats=_FORMATS)
    refuse_no_year(year)
    refuse_broken_text(entity, file, *map(str, tables or ()))
    refuse_unwritable(output)
    application = desk_of(context).application()
    path = Path(file)
    by = [(each.name, application.bytes_of(each)) for each in tables or ()]
    if file == "-":
        name, data = PASTED, sys.stdin.buffer.read(application.limits.max_file_bytes + 1)
    else:
        name, data = path.name, application.bytes_of(path)
    checked = application.check(data, name, by, entity=entity, year=year)
    said = report_to_dict(checked.report, text=checked.document.text, ms=checked.ms)
    if chosen in ("docx", "pdf"):
        made = application.annotated(checked, chosen)
        where = place_for(output, f"{(path if file != '-' else Path(PASTED)).stem}-核对", chosen)
        keep_file(where, made, (path, *(tables or ())))
        show(f"{said['summary']}\n  {counts_to_text(said)}\n已写入 {where}")
    else:
        text = _report(said, chosen)
        if output is None:
            show(text)
        else:
            where = place_for(output, f"{path.stem}-核对", chosen)
            keep_file(where, f"{text}\n".encode(), (path, *(tables or ())))
            note(f"已写入 {where}")
    return status_of(said["findings"])


@app.command(cls=Command, help="查看一次回答的依据：理解、算式、取数、计算、提示。")
def explain(
    context: Context,
    answer_id: Annotated[str, typer.Argument(metavar="回答编号", show_default=False)],
    *,
    as_json: AsJson = False,
) -> int:
    """Show how an answer came about."""
    from service.rendering import explanation_to_text, to_json

    kept = desk_of(context).application().explain(answer_id)
    answer = json.loads(kept.body) | {"asked_at": kept.asked_at}
    show(to_json(answer) if as_json else explanation_to_text(answer, kept.asked_at))
    return DONE


@app.command(cls=Command, help="检查安装、数据文件夹和文档库。")
def doctor(context: Context, *, as_json: AsJson = False) -> int:
    """Look at everything that can keep the program from working."""
    from service.bootstrap import diagnose
    from service.rendering import to_json

    checks = diagnose(desk_of(context).read())
    if as_json:
        show(to_json([{"name": each.name, "ok": each.ok, "detail": each.detail} for each in checks]))
    else:
        show("\n".join(f"{'正常' if each.ok else '有问题'}  {each.name}：{each.detail}" for each in checks))
    return DONE if all(each.ok for each in checks) else FOUND


@app.command(cls=Command, help="启动HTTP服务。")
def serve(
    context: Context,
    host: Annotated[str, typer.Option("--host", metavar="地址", help="监听地址，默认取 YOUJU_HOST。")] = "",
    port: Annotated[int, typer.Option("--port", metavar="端口", help="监听端口，默认取 YOUJU_PORT。")] = -1,
) -> int:
    """Serve HTTP until stopped. One process: Chroma's folder takes no second writer."""
    import socket
    import threading

    import uvicorn

    from service import logs
    from service.bootstrap import build_checks, build_conversations
    from service.web.app import create_app
    from service.web.senders import hosts_of

    desk = desk_of(context)
    settings = desk.read()
    at = (host or settings.host, port if port >= 0 else settings.port)
    family = socket.AF_INET6 if ":" in at[0] else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind(at)
    except (OSError, OverflowError) as error:
        raise InvalidInputError(
            f"不能在 {at[0]}:{at[1]} 上提供服务（{error.__class__.__name__}）。"
            "端口可能已被占用，或地址不属于本机。请用 --port 或 --host 换一个（用 make 时：YOUJU_PORT=8001 make serve）。"
        ) from None
    logs.log_to_stderr(settings.log_level)
    built = desk.build(settings)
    # A model that is new here may take long over a whole library; words answer until its vectors are there.
    threading.Thread(target=built.finish_indexing, name="indexing", daemon=True).start()
    application = create_app(
        built, desk.draw(settings, built), build_conversations(settings), build_checks(settings, built),
        hosts_of(at[0], settings.hosts),
    )  # fmt: skip
    logs.logger.info("listening", extra={"host": at[0], "port": listening.getsockname()[1]})
    address = f"http://{at[0]}:{listening.getsockname()[1]}"
    note(f"有据已启动，请在浏览器里打开：{address}（接口说明在 /openapi.json；按 Ctrl-C 停止）")
    if at[0] not in ("127.0.0.1", "::1", "localhost"):
        note("注意：本服务不验证身份，对外开放时请放在有身份验证的网关后面。")
    config = uvicorn.Config(application, workers=1, log_config=None, access_log=False)
    uvicorn.Server(config).run(sockets=[listening])
    return DONE


@app.command(name="eval", cls=Command, help="运行评测集（需在源代码目录中）。")
def evaluate(
    suite: Annotated[str, typer.Argument(metavar="评测集", show_default=False)] = "",
    *,
    live: Annotated[bool, typer.Option("--live", help="评测集 model：问 YOUJU_LLM_BASE_URL 的真实模型")] = False,
    cassette: Annotated[
        Path | None, typer.Option(metavar="文件", help="与 --live 同用：录下每次问答；没有设模型时由它回放", show_default=False)
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Run the evals that stand beside the service, in a process of their own."""
    import subprocess

    root = Path(__file__).resolve().parents[2]
    if not (root / "evals" / "__main__.py").exists():
        raise InvalidInputError("这里没有评测集：它随源代码提供，不随程序安装。请在源代码目录中运行 make evals。")
    arguments = [suite] if suite else []
    arguments += ["--live"] if live else []
    arguments += ["--cassette", str(cassette.absolute())] if cassette else []
    arguments += ["--json"] if as_json else []
    # The interpreter that runs this, and nothing a document could have named.
    return subprocess.run([sys.executable, "-m", "evals", *arguments], cwd=root, check=False).returncode  # noqa: S603


# --------------------------------------------------------------------------------- what is written


def _report(said: dict[str, Any], form: str) -> str:
    if form == "html":
        from service.check_view import report_to_html

        return report_to_html(said).rstrip("\n")
    from service.check_report import report_to_markdown, report_to_text
    from service.rendering import to_json

    if form == "json":
        return to_json(said)
    return report_to_markdown(said).rstrip("\n") if form == "md" else report_to_text(said)


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError:
        raise cannot_write(path) from None


def _progress(now: Progress) -> None:
    if now.total > 1:
        note(f"[{now.done}/{now.total}] {now.name}（{now.ms / 1000:.1f}秒）")


def _print_ingested(each: Ingested, said: dict[str, Any]) -> None:
    from service.rendering import document_to_text

    if each.document is None:
        note(f"未导入 {each.name}：{each.error}（{each.code}）")
    else:
        show(f"{'已有' if each.was_known else '已导入'}：{document_to_text(said)}")


def _totals_text(totals: Totals, now_ms: int) -> str:
    ms = max(now_ms - totals.begun_ms, 1)
    proven, unproven, contradicted = totals.cells
    files = totals.stored + totals.known + len(totals.failed)
    pace = f"；共{totals.pages}页，每秒{totals.pages * 1000 / ms:.1f}页" if totals.pages else ""
    lines = [
        f"共{files}个文件：新导入{totals.stored}份，已有未重读{totals.known}份，未导入{len(totals.failed)}个。",
        f"新导入的表格{totals.tables}张；数字单元格已验证{proven}、未验证{unproven}、有矛盾{contradicted}。",
        f"用时{ms / 1000:.1f}秒{pace}。",
    ]
    lines += [f"  未导入 {name}：{reason}" for name, reason in totals.failed]
    return "\n".join(lines)
