"""The command line: documents in, questions answered, texts checked, drafts written, the service served.

Exit status: 0 done; 1 an error was found in a document or text, or a question was refused; 2 bad usage or input.
Answers go to stdout, everything else to stderr. Heavy libraries are imported inside the commands.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TextIO, cast

import typer

from service.domain.errors import InvalidInputError, YoujuError

if TYPE_CHECKING:
    from service.application import Application, Ingested, Progress, Totals
    from service.drafting.brief import Brief
    from service.drafts import Drafts, Kept
    from service.settings import Settings

DONE, FOUND, BAD = 0, 1, 2
#: What shells report after Ctrl-C.
INTERRUPTED = 130

_LONGEST_LINE_BYTES = 200_000
#: What a check can be written as; the last two are files only.
_FORMATS = ("text", "json", "md", "html", "docx", "pdf")
_ENDINGS = {"txt": "text", "markdown": "md", "htm": "html"}
_PASTED = "标准输入.txt"
#: What a draft can be written as; docx is a file only.
_DRAFT_FORMATS = ("text", "md", "docx", "json")
_MOST_DECIMALS = 6
_AS_PRINTED = "原样"
_COMMANDS = (
    "ingest", "tables", "documents", "ask", "check", "draft", "drafts", "recheck", "approve", "explain", "doctor",
    "serve", "eval",
)  # fmt: skip
#: A hostile document must not steer the terminal it is printed on.
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
#: Typer does not name it: what is raised for every misuse of the command line.
_UsageError = cast(type[Exception], typer.BadParameter.__mro__[1])
_HELP = {
    "Usage:": "用法：", "[OPTIONS]": "[选项]", "COMMAND [ARGS]...": "命令 [参数]…", "Options:": "选项：",
    "Commands:": "命令：", "Arguments:": "参数：", "Show this message and exit.": "显示本说明。",
    "[required]": "［必填］", "[default: ": "［默认：",
}  # fmt: skip


@dataclass(slots=True)
class Desk:
    """What a command works with.

    Attributes:
        read: Reads the settings.
        build: Makes the application from them.
        draw: Makes what drafting needs, beside the application.
    """

    read: Callable[[], Settings]
    build: Callable[[Settings], Application]
    draw: Callable[[Settings, Application], Drafts]

    def application(self) -> Application:
        """Return the application. Each command asks once."""
        return self.build(self.read())

    def drafts(self) -> tuple[Application, Drafts]:
        """Return the application and its drafts. Each command asks once."""
        settings = self.read()
        application = self.build(settings)
        return application, self.draw(settings, application)


class _Group(typer.core.TyperGroup):
    """Help in Chinese."""

    def get_help(self, ctx: Any) -> str:
        return _in_chinese(super().get_help(ctx))


class _Command(typer.core.TyperCommand):
    """Help in Chinese."""

    def get_help(self, ctx: Any) -> str:
        return _in_chinese(super().get_help(ctx))


app = typer.Typer(
    cls=_Group,
    help="有据：部门预算问答，每个数字都有出处。",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=False,
)

Context = typer.Context
AsJson = Annotated[bool, typer.Option("--json", help="输出JSON，供程序使用。")]


# ----------------------------------------------------------------------------------------- commands


@app.command(cls=_Command, help="导入文件、文件夹或ZIP；同一份文件导入两次仍是一份。中断后再运行，接着导入没导完的。")
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

    application = _desk(context).application()
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
        _note(f"已中断；先前存好的{totals.stored + totals.known}份都在库里，再运行一次即从断处继续。")
        return INTERRUPTED
    if not done:
        names = "、".join(path.name or str(path) for path in paths)
        raise InvalidInputError(f"“{names}”里没有可导入的文件。请指定预算公开文件、ZIP，或存放它们的文件夹。")
    said_in_order = [said for _, said in sorted(done, key=lambda pair: pair[0])]
    if as_json:
        _print(to_json(said_in_order))
    application.finish_indexing()
    if len(done) > 1:
        _note(_totals_text(totals, application.now_ms()))
    if any(each["error"] for each in said_in_order):
        return BAD
    return _status(finding for each in said_in_order for finding in each["findings"])


@app.command(cls=_Command, help="读出一个文件里的表格（不导入）。")
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
    document = _desk(context).application().read_file(file)
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
        _note(f"已写入 {html.name}：{len(shown)}张表。{proof_share(shown)}")
    if as_json:
        _print(to_json([table_to_dict(each) for each in shown]))
    elif html is None:
        _print("\n\n".join(table_to_text(each) for each in shown) or "没有找到表格。")
        if shown:
            _print(f"\n共{len(shown)}张表。{proof_share(shown)}")
        for finding in document.findings:
            _print(finding_to_text(finding))
    return _status(finding_to_dict(finding) for finding in document.findings)


@app.command(cls=_Command, help="列出已导入的文档，或删除一份。")
def documents(
    context: Context,
    remove: Annotated[str, typer.Option("--remove", metavar="编号", help="删除这份文档。")] = "",
    *,
    as_json: AsJson = False,
) -> int:
    """List what is in the store."""
    from service.domain.errors import MissingDocumentError
    from service.rendering import document_to_dict, document_to_text, to_json

    application = _desk(context).application()
    if remove:
        if not application.remove(remove):
            raise MissingDocumentError(f"没有编号为“{remove}”的文档。请先用 youju documents 查看编号。")
        _print(to_json({"removed": remove}) if as_json else f"已删除 {remove}。")
        return DONE
    held = [document_to_dict(each) for each in application.documents()]
    if as_json:
        _print(to_json(held))
    elif held:
        _print("\n".join(map(document_to_text, held)))
    else:
        _print("还没有文档。请运行：youju ingest 文件或文件夹")
    return DONE


@app.command(cls=_Command, help="提问。例：youju ask 为什么2024年支出下降了23%？")
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
        return _ask_batch(_desk(context).application(), batch, entity or None, year or None)
    if not question.strip():
        raise InvalidInputError("没有收到问题。例：youju ask 为什么2024年支出下降了23%？")
    _refuse_broken_text(question, entity, *(history or ()))
    answer = answer_to_dict(
        _desk(context)
        .application()
        .ask(question, history=tuple(history or ()), entity=entity or None, year=year or None)
    )
    _print(to_json(answer) if as_json else answer_dict_to_text(answer))
    return FOUND if answer["status"] == "refused" else _status(answer["findings"])


@app.command(
    cls=_Command,
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

    chosen = _format(form, output, as_json=as_json)
    _refuse_no_year(year)
    _refuse_broken_text(entity, file, *map(str, tables or ()))
    application = _desk(context).application()
    path = Path(file)
    by = [(each.name, application.bytes_of(each)) for each in tables or ()]
    if file == "-":
        name, data = _PASTED, sys.stdin.buffer.read(application.limits.max_file_bytes + 1)
    else:
        name, data = path.name, application.bytes_of(path)
    checked = application.check(data, name, by, entity=entity, year=year)
    said = report_to_dict(checked.report, text=checked.document.text, ms=checked.ms)
    if chosen in ("docx", "pdf"):
        made = application.annotated(checked, chosen)
        where = _place_for(output, f"{(path if file != '-' else Path(_PASTED)).stem}-核对", chosen)
        _keep(where, made, (path, *(tables or ())))
        _print(f"{said['summary']}\n  {counts_to_text(said)}\n已写入 {where}")
    else:
        text = _report(said, chosen)
        if output is None:
            _print(text)
        else:
            where = _place_for(output, f"{path.stem}-核对", chosen)
            _keep(where, f"{text}\n".encode(), (path, *(tables or ())))
            _note(f"已写入 {where}")
    return _status(said["findings"])


@app.command(
    cls=_Command,
    help="起草情况说明，每个数字都有出处；缺的写作【待补充：…】。例：youju draft --entity 示例局 --year 2024 --format docx",
)
def draft(
    context: Context,
    entity: Annotated[str, typer.Option("--entity", metavar="部门", help="部门（单位）名称，可用简称。", show_default=False)],
    year: Annotated[int, typer.Option("--year", metavar="年度", help="预算（决算）年度。", show_default=False)],
    section: Annotated[
        list[str] | None, typer.Option("--section", metavar="节名", help="只写这一节，可多次给出；不给则写全文。")
    ] = None,
    reasons: Annotated[
        Path | None, typer.Option("--reasons", metavar="文件", help="增减的原因，每行“项目：原因”，或JSON。")
    ] = None,
    facts: Annotated[
        Path | None,
        typer.Option("--facts", metavar="文件", help="表里没有、只有单位掌握的情况（采购、资产等），每行“项目：内容”。"),
    ] = None,
    outline: Annotated[
        str, typer.Option("--outline", metavar="提纲", help="提纲的名称，或自己的提纲文件.toml；不给则按部门的文件选定。")
    ] = "",
    base: Annotated[str, typer.Option("--base", metavar="口径", help="与上年的预算数还是执行数（决算数）比较。")] = "",
    decimals: Annotated[
        str, typer.Option("--decimals", metavar="位数", help=f"小数位数，0至{_MOST_DECIMALS}；{_AS_PRINTED}：照表中印的。")
    ] = "2",
    fall: Annotated[str, typer.Option("--fall", metavar="用词", help="下降、降低或减少。")] = "下降",
    quote: Annotated[
        list[str] | None,
        typer.Option("--quote", metavar="文档", help="可以引用原因的文档（编号、文件名或年份），可多次给出。"),
    ] = None,
    form: Annotated[
        str, typer.Option("--format", metavar="格式", help="text、md、json；docx（公文格式）写成文件。")
    ] = "",
    output: Annotated[Path | None, typer.Option("--output", metavar="文件", help="写到这个文件，不写到屏幕。")] = None,
    *,
    no_sources: Annotated[bool, typer.Option("--no-sources", help="不附数据来源。")] = False,
    as_json: AsJson = False,
) -> int:  # fmt: skip
    """Write a draft and keep it."""
    chosen = _format(form, output, as_json=as_json, formats=_DRAFT_FORMATS)
    brief = _brief(entity, year, section or (), outline, base, decimals, fall, quote or ())
    given = [each for each in (reasons, facts, Path(outline) if _is_file(outline) else None) if each]
    _refuse_no_folder(output)
    application, drafts = _desk(context).drafts()
    brief = _with_files(brief, application, reasons, facts, outline)
    made = drafts.create(brief)
    _note(_about_draft(made))
    _put_draft(drafts, made, chosen, output, given, sources=not no_sources)
    return _status(_said_of(made))


@app.command(cls=_Command, help="列出草稿，或查看一份：各版的内容、改动、待补充和提示。")
def drafts(
    context: Context,
    draft_id: Annotated[str, typer.Argument(metavar="草稿编号", show_default=False)] = "",
    version: Annotated[int, typer.Option("--version", metavar="版次", min=0, help="哪一版，默认最新。")] = 0,
    entity: Annotated[str, typer.Option("--entity", metavar="部门", help="只列名称里有这几个字的部门。")] = "",
    year: Annotated[int, typer.Option("--year", metavar="年度", help="只列这一年的。")] = 0,
    form: Annotated[
        str, typer.Option("--format", metavar="格式", help="text、md、json；docx（公文格式）写成文件。")
    ] = "",
    output: Annotated[Path | None, typer.Option("--output", metavar="文件", help="写到这个文件，不写到屏幕。")] = None,
    *,
    no_sources: Annotated[bool, typer.Option("--no-sources", help="不附数据来源。")] = False,
    as_json: AsJson = False,
) -> int:
    """List drafts, or show one."""
    from service.draft_report import revision_to_text, summaries_to_text, summary_to_dict
    from service.rendering import to_json

    chosen = _format(form, output, as_json=as_json, formats=_DRAFT_FORMATS)
    _refuse_no_year(year)
    _refuse_broken_text(draft_id, entity)
    _, held = _desk(context).drafts()
    if not draft_id:
        if chosen not in ("text", "json") or output is not None or version:
            raise InvalidInputError("请给出要查看的草稿编号，例如：youju drafts 0123456789ab --format docx。")
        found = held.list(entity, year)
        _print(to_json([summary_to_dict(each) for each in found]) if chosen == "json" else summaries_to_text(found))
        return DONE
    kept = held.find(draft_id, version or None)
    intact = held.verify_hash(draft_id, kept.version)
    _note(_about_draft(kept, approval=True))
    if not intact:
        _note("注意：这一版与存入时不一样，库里的内容被改动过。请从备份恢复，或重新起草。")
    _put_draft(held, kept, chosen, output, (), sources=not no_sources)
    changed = held.said(kept)["revision"]
    if changed and chosen == "text" and output is None:
        _print(f"\n与第{changed['base']}版相比，{revision_to_text(changed)}")
    return DONE if intact else FOUND


@app.command(
    cls=_Command,
    help="把改过的草稿交来重新核对，存为新的一版；改动的数字没有依据就是错误。例：youju recheck 0123456789ab 改好.docx",
)
def recheck(
    context: Context,
    draft_id: Annotated[str, typer.Argument(metavar="草稿编号", show_default=False)],
    file: Annotated[
        str, typer.Argument(metavar="文件", help="改好的全文：DOCX、MD、TXT；- 为标准输入的文字。", show_default=False)
    ],
    source: Annotated[
        list[str] | None,
        typer.Option(
            "--source", metavar="数字=依据",
            help="改动的数字的依据，可多次给出，如“12.3万元=采购计划第3页”；几处相同时写“12.3万元@句中的字=依据”；"
            "依据写“算式：…”时按算式核对。",
        ),
    ] = None,
    version: Annotated[
        int, typer.Option("--version", metavar="版次", min=0, help="在哪一版上改的；默认看Word文件，再取最新。")
    ] = 0,
    *,
    as_json: AsJson = False,
) -> int:  # fmt: skip
    """Check an edited draft and keep it as a new version."""
    from service.draft_report import findings_to_text, revision_to_dict, revision_to_text
    from service.drafts import read_source
    from service.rendering import to_json

    _refuse_broken_text(draft_id, file, *(source or ()))
    given = [read_source(each, f"--source 第{number}个") for number, each in enumerate(source or (), 1)]
    application, held = _desk(context).drafts()
    if file == "-":
        name, data = _PASTED, sys.stdin.buffer.read(application.limits.max_file_bytes + 1)
    else:
        name, data = Path(file).name, application.bytes_of(Path(file))
    revised = held.revise(draft_id, data, name, given, version=version or None)
    if as_json:
        _print(to_json(held.said(revised)))
    else:
        said = revision_to_dict(revised.revision)
        findings = findings_to_text(revised.draft.findings)
        _print("\n".join(filter(None, [f"与第{revised.base}版相比，{revision_to_text(said)}", findings])))
    _note(_about_draft(revised))
    return _status(_said_of(revised))


@app.command(cls=_Command, help="批准一版草稿：此后不再改变。还有错误或待补充的，不能批准。")
def approve(
    context: Context,
    draft_id: Annotated[str, typer.Argument(metavar="草稿编号", show_default=False)],
    by: Annotated[str, typer.Option("--by", metavar="姓名", help="批准人。", show_default=False)],
    version: Annotated[int, typer.Option("--version", metavar="版次", min=0, help="哪一版，默认最新。")] = 0,
    *,
    as_json: AsJson = False,
) -> int:
    """Approve a version of a draft."""
    from service.draft_report import version_to_dict
    from service.rendering import to_json

    _refuse_broken_text(draft_id, by)
    _, held = _desk(context).drafts()
    made = held.approve(draft_id, version or None, by)
    said = {"id": draft_id} | version_to_dict(made)
    done = f"草稿{draft_id}第{made.version}版已由{made.approved_by}于{made.approved_at}批准。\n  sha256 {made.sha256}"
    _print(to_json(said) if as_json else done)
    return DONE


@app.command(cls=_Command, help="查看一次回答的依据：理解、算式、取数、计算、提示。")
def explain(
    context: Context,
    answer_id: Annotated[str, typer.Argument(metavar="回答编号", show_default=False)],
    *,
    as_json: AsJson = False,
) -> int:
    """Show how an answer came about."""
    from service.rendering import explanation_to_text, to_json

    kept = _desk(context).application().explain(answer_id)
    answer = json.loads(kept.body) | {"asked_at": kept.asked_at}
    _print(to_json(answer) if as_json else explanation_to_text(answer, kept.asked_at))
    return DONE


@app.command(cls=_Command, help="检查安装、数据文件夹和文档库。")
def doctor(context: Context, *, as_json: AsJson = False) -> int:
    """Look at everything that can keep the program from working."""
    from service.bootstrap import diagnose
    from service.rendering import to_json

    checks = diagnose(_desk(context).read())
    if as_json:
        _print(to_json([{"name": each.name, "ok": each.ok, "detail": each.detail} for each in checks]))
    else:
        _print("\n".join(f"{'正常' if each.ok else '有问题'}  {each.name}：{each.detail}" for each in checks))
    return DONE if all(each.ok for each in checks) else FOUND


@app.command(cls=_Command, help="启动HTTP服务。")
def serve(
    context: Context,
    host: Annotated[str, typer.Option("--host", metavar="地址", help="监听地址，默认取 YOUJU_HOST。")] = "",
    port: Annotated[int, typer.Option("--port", metavar="端口", help="监听端口，默认取 YOUJU_PORT。")] = -1,
) -> int:
    """Serve HTTP until stopped. One process: Chroma's folder takes no second writer."""
    import socket

    import uvicorn

    from service import logs
    from service.web.app import create_app

    desk = _desk(context)
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
            "端口可能已被占用，或地址不属于本机。请用 --port 或 --host 换一个。"
        ) from None
    logs.log_to_stderr(settings.log_level)
    built = desk.build(settings)
    built.finish_indexing()
    application = create_app(built, desk.draw(settings, built))
    logs.logger.info("listening", extra={"host": at[0], "port": listening.getsockname()[1]})
    address = f"http://{at[0]}:{listening.getsockname()[1]}"
    _note(f"有据已启动：{address}（接口说明在 /openapi.json；按 Ctrl-C 停止）")
    if at[0] not in ("127.0.0.1", "::1", "localhost"):
        _note("注意：本服务不验证身份，对外开放时请放在有身份验证的网关后面。")
    config = uvicorn.Config(application, workers=1, log_config=None, access_log=False)
    uvicorn.Server(config).run(sockets=[listening])
    return DONE


@app.command(name="eval", cls=_Command, help="运行评测集（需在源代码目录中）。")
def evaluate(
    suite: Annotated[str, typer.Argument(metavar="评测集", show_default=False)] = "",
    *,
    as_json: AsJson = False,
) -> int:
    """Run the evals that stand beside the service, in a process of their own."""
    import subprocess

    root = Path(__file__).resolve().parent.parent
    if not (root / "evals" / "__main__.py").exists():
        raise InvalidInputError("这里没有评测集：它随源代码提供，不随程序安装。请在源代码目录中运行 make evals。")
    arguments = [suite] if suite else []
    arguments += ["--json"] if as_json else []
    # The interpreter that runs this, and nothing a document could have named.
    return subprocess.run([sys.executable, "-m", "evals", *arguments], cwd=root, check=False).returncode  # noqa: S603


# -------------------------------------------------------------------------------------------- check


def _format(asked: str, output: Path | None, *, as_json: bool, formats: Sequence[str] = _FORMATS) -> str:
    """Return the format to write: the one asked for, else that of the file to write, else text."""
    if as_json:
        if asked not in ("", "json"):
            raise InvalidInputError(f"--json 和 --format {asked} 只能给一个。")
        return "json"
    if not asked:
        ending = output.suffix.lower().lstrip(".") if output is not None else ""
        named = _ENDINGS.get(ending, ending)
        return named if named in formats else "text"
    if asked.lower() not in formats:
        near = get_close_matches(asked.lower(), formats, n=1)
        hint = f"是不是 {near[0]}？" if near else ""
        raise InvalidInputError(f"“--format”的值“{asked}”不对。{hint}可用的有：{'、'.join(formats)}。")
    return asked.lower()


def _refuse_no_year(year: int) -> None:
    """Raise InvalidInputError for a number that is no budget year; 0 is none given."""
    if year and not 1949 <= year <= 2999:
        raise InvalidInputError(f"“--year”的值“{year}”不是预算年度。应如：--year 2024。")


def _report(said: dict[str, Any], form: str) -> str:
    if form == "html":
        from service.check_view import report_to_html

        return report_to_html(said).rstrip("\n")
    from service.check_report import report_to_markdown, report_to_text
    from service.rendering import to_json

    if form == "json":
        return to_json(said)
    return report_to_markdown(said).rstrip("\n") if form == "md" else report_to_text(said)


def _place_for(output: Path | None, stem: str, form: str) -> Path:
    """Return the file to write: the one asked for, else one of a free name in the folder asked for or the current one."""
    if output is not None and not output.is_dir():
        return output
    folder = output or Path()
    ending = "txt" if form == "text" else form
    names = (f"{stem}{number if number > 1 else ''}.{ending}" for number in range(1, 10_000))
    return next(place for name in names if not (place := folder / name).exists())


def _keep(path: Path, data: bytes, given: Sequence[Path]) -> None:
    """Write a file whole or not at all, and never over one that was handed in."""
    import tempfile

    if path.exists() and any(each.exists() and path.samefile(each) for each in given):
        raise InvalidInputError(f"“{path.name}”是交来的文件，不能覆盖。请用 --output 换一个名字。")
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".youju-", delete=False) as written:
            written.write(data)
        made = Path(written.name)
        try:
            made.chmod(0o666 & ~_umask())
            made.replace(path)
        except OSError:
            made.unlink(missing_ok=True)
            raise
    except OSError:
        raise InvalidInputError(f"不能写入“{path.name}”。请检查文件夹是否存在、是否有写权限。") from None


def _umask() -> int:
    """Return the mask of new files; it can only be read by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


# ------------------------------------------------------------------------------------------- drafts


def _brief(
    entity: str, year: int, sections: Sequence[str], outline: str, base: str, decimals: str, fall: str,
    quote: Sequence[str],
) -> Brief:  # fmt: skip
    """Return what is asked for, without what stands in files."""
    from service.drafting.brief import FALLS, Brief, Style

    _refuse_broken_text(entity, outline, base, *sections, *quote)
    _refuse_no_year(year)
    if not entity.strip():
        raise InvalidInputError("请用 --entity 写明部门。有哪些部门，见 youju documents。")
    if decimals != _AS_PRINTED and not (decimals.isascii() and decimals.isdigit() and int(decimals) <= _MOST_DECIMALS):
        raise InvalidInputError(f"“--decimals”的值“{decimals}”不对。应为0至{_MOST_DECIMALS}，或“{_AS_PRINTED}”。")
    if fall not in FALLS:
        raise InvalidInputError(f"“--fall”的值“{fall}”不对。可用的有：{'、'.join(FALLS)}。")
    style = Style(None if decimals == _AS_PRINTED else int(decimals), fall)
    return Brief(
        entity.strip(), year, tuple(sections), "" if _is_file(outline) else outline, base=base, style=style,
        quote=tuple(quote),
    )  # fmt: skip


def _is_file(outline: str) -> bool:
    return outline.lower().endswith(".toml")


def _with_files(
    brief: Brief, application: Application, reasons: Path | None, facts: Path | None, outline: str
) -> Brief:
    from dataclasses import replace

    from service.drafts import read_notes, read_outline_file

    return replace(
        brief,
        reasons=read_notes(application.bytes_of(reasons), reasons.name) if reasons else (),
        known=read_notes(application.bytes_of(facts), facts.name) if facts else (),
        custom=read_outline_file(application.bytes_of(Path(outline)), Path(outline).name) if _is_file(outline) else None,
    )


def _refuse_no_folder(output: Path | None) -> None:
    """Raise InvalidInputError for a file that cannot be written, before there is anything to write."""
    if output is not None and not os.access(output if output.is_dir() else output.parent, os.W_OK):
        raise InvalidInputError(f"不能写入“{output.name}”。请检查文件夹是否存在、是否有写权限。")


def _about_draft(kept: Kept, *, approval: bool = False) -> str:
    """Say which draft it is, what it holds, and what can be done with it."""
    from service.draft_report import summary_of, version_to_text

    named = f"草稿编号 {kept.id}（{version_to_text(kept.stored.made) if approval else f'第{kept.version}版'}）"
    took = f"用时{kept.ms}毫秒。" if kept.ms else ""
    return f"{named}：{summary_of(kept.draft)}{took}"


def _put_draft(
    drafts: Drafts, kept: Kept, form: str, output: Path | None, given: Sequence[Path], *, sources: bool
) -> None:
    """Write a draft to the screen, or as a file, whole or not at all."""
    from service.draft_report import draft_to_markdown, draft_to_text
    from service.rendering import to_json

    if form == "docx":
        data = drafts.to_word(kept, sources=sources)
    elif form == "json":
        data = f"{to_json(drafts.said(kept))}\n".encode()
    else:
        data = (draft_to_markdown if form == "md" else draft_to_text)(kept.draft, sources=sources).encode()
    if output is None and form != "docx":
        _print(data.decode().rstrip("\n"))
        return
    where = _place_for(output, _CONTROLS.sub("", kept.draft.title).replace("/", "／")[:80] or kept.id, form)
    _keep(where, data, given)
    _note(f"已写入 {where}")


def _said_of(kept: Kept) -> list[dict[str, Any]]:
    from service.rendering import finding_to_dict

    return [finding_to_dict(each) for each in kept.draft.findings]


# -------------------------------------------------------------------------------------------- batch


def _ask_batch(application: Application, name: str, entity: str | None, year: int | None) -> int:
    from service.rendering import to_json

    worst = DONE
    bad = 0
    for number, line in _lines_of(name):
        said = _ask_line(application, number, line, entity, year)
        _print(to_json(said))
        if said["status"] == "error":
            bad += 1
        elif said["status"] == "refused" or _status(said["findings"]):
            worst = FOUND
    if bad:
        _note(f"有{bad}行不能提问，原因见各行的error。")
        return BAD
    return worst


def _lines_of(name: str) -> Iterator[tuple[int, bytes]]:
    """Yield (1-based number, line) of a file or of stdin; lines without a character are no questions."""
    path = Path(name)
    if name == "-":
        yield from _numbered(sys.stdin.buffer)
        return
    if not path.is_file():
        problem = "不是文件" if path.exists() else "找不到"
        raise InvalidInputError(f"{problem}“{path.name}”。--batch 需要一个JSONL文件，每行一个问题。")
    try:
        with path.open("rb") as lines:
            yield from _numbered(lines)
    except PermissionError:
        raise InvalidInputError(f"没有权限读“{path.name}”。请检查文件权限。") from None


def _numbered(lines: Any) -> Iterator[tuple[int, bytes]]:
    return ((number, line) for number, line in enumerate(lines, 1) if line.strip(b" \t\r\n\xef\xbb\xbf"))


def _ask_line(
    application: Application, number: int, line: bytes, entity: str | None, year: int | None
) -> dict[str, Any]:
    from service.rendering import answer_to_dict

    asked: dict[str, Any] = {}
    try:
        asked = _parse_line(line)
        answer = answer_to_dict(
            application.ask(
                asked["question"],
                history=asked["history"],
                entity=asked["entity"] or entity,
                year=asked["year"] or year,
            )
        )
    except YoujuError as error:
        trouble = {"code": error.code, "message": error.message}
    except Exception as error:  # one question that fails must not lose the others
        trouble = {"code": "internal-error", "message": _unexpected(error)}
    else:
        name = answer["id"] if asked["id"] is None else asked["id"]
        return answer | {"id": name, "line": number, "answer_id": answer["id"]}
    return {"id": asked.get("id"), "line": number, "status": "error", "error": trouble}


def _parse_line(line: bytes) -> dict[str, Any]:
    """Return id, question, history, entity and year of a line.

    Raises:
        InvalidInputError: It is not a JSON object with a question.
    """
    if len(line) > _LONGEST_LINE_BYTES:
        raise InvalidInputError(f"这一行超过{_LONGEST_LINE_BYTES}字节。请每行只放一个问题。")
    try:
        found = json.loads(line.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise InvalidInputError('这一行不是UTF-8编码的JSON。应如：{"id": "1", "question": "……"}') from None
    if not isinstance(found, dict) or not isinstance(found.get("question"), str):
        raise InvalidInputError('这一行缺少文字的question。应如：{"id": "1", "question": "……"}')
    history = found.get("history") or []
    if not isinstance(history, list) or not all(isinstance(each, str) for each in history):
        raise InvalidInputError("history应是一组文字，即先前的问题，由早到晚。")
    entity, year, name = found.get("entity"), found.get("year"), found.get("id")
    if not isinstance(entity, str | None) or not isinstance(year, int | None) or isinstance(year, bool):
        raise InvalidInputError("entity应是文字，year应是整数。")
    if not isinstance(name, str | int | None):
        raise InvalidInputError("id应是文字或整数。")
    _refuse_broken_text(found["question"], entity or "", *history, str(name))
    return {
        "id": name, "question": found["question"], "history": tuple(history), "entity": entity, "year": year,
    }  # fmt: skip


def _refuse_broken_text(*texts: str) -> None:
    """Raise InvalidInputError for half characters, which no store and no output can hold."""
    try:
        "".join(texts).encode()
    except UnicodeEncodeError:
        raise InvalidInputError("问题里有无法识别的字符。请用UTF-8编码输入。") from None


# ------------------------------------------------------------------------------------------- output


def _desk(context: Context) -> Desk:
    found = context.obj
    if not isinstance(found, Desk):
        raise TypeError("main() gives every command its desk")
    return found


class _ReaderGoneError(Exception):
    """Nobody reads stdout any more. Typer would end the process with status 1 on a BrokenPipeError."""


def _print(text: str) -> None:
    try:
        sys.stdout.write(f"{_CONTROLS.sub('', text)}\n")
        sys.stdout.flush()
    except BrokenPipeError:
        raise _ReaderGoneError from None


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError:
        raise InvalidInputError(f"不能写入“{path.name}”。请检查文件夹是否存在、是否有写权限。") from None


def _note(text: str) -> None:
    sys.stderr.write(f"{_CONTROLS.sub('', text)}\n")
    sys.stderr.flush()


def _progress(now: Progress) -> None:
    if now.total > 1:
        _note(f"[{now.done}/{now.total}] {now.name}（{now.ms / 1000:.1f}秒）")


def _print_ingested(each: Ingested, said: dict[str, Any]) -> None:
    from service.rendering import document_to_text

    if each.document is None:
        _note(f"未导入 {each.name}：{each.error}（{each.code}）")
    else:
        _print(f"{'已有' if each.was_known else '已导入'}：{document_to_text(said)}")


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


def _status(findings: Any) -> int:
    return FOUND if any(each["severity"] == "error" for each in findings) else DONE


def _in_chinese(text: str) -> str:
    for english, chinese in _HELP.items():
        text = text.replace(english, chinese)
    return text


def _usage_message(error: Exception) -> str:
    """Say in Chinese what is wrong with the command line."""
    said = getattr(error, "message", str(error))
    match type(error).__name__:
        case "NoSuchOption":
            name = str(getattr(error, "option_name", ""))
            near = getattr(error, "possibilities", None) or ()
            hint = f"是不是 {'、'.join(near)}？" if near else ""
            return f"没有选项“{name}”。{hint}"
        case "MissingParameter":
            parameter: Any = getattr(error, "param", None)
            name = getattr(parameter, "metavar", None) or getattr(parameter, "name", "") or ""
            return f"缺少“{name}”。"
        case "BadParameter":
            parameter = getattr(error, "param", None)
            name = "/".join(getattr(parameter, "opts", ())) or getattr(parameter, "name", "") or ""
            given = re.search(r"'(.*)'", said)
            return f"“{name}”的值{f'“{given[1]}”' if given else ''}不对。"
        case "BadOptionUsage":
            return f"选项“{getattr(error, 'option_name', '')}”后面要跟一个值。"
    unknown = re.search(r"No such command '(.*?)'", said, re.DOTALL)
    if unknown:
        near = get_close_matches(unknown[1], _COMMANDS, n=1)
        hint = f"是不是 youju {near[0]}？" if near else f"可用的命令：{'、'.join(_COMMANDS)}。"
        return f"没有命令“{unknown[1]}”。{hint}"
    if "Missing command" in said:
        return f"请给出命令：{'、'.join(_COMMANDS)}。"
    surplus = re.search(r"unexpected extra argument\S* \((.*)\)", said, re.DOTALL)
    if surplus:
        return f"多出来的参数：{surplus[1]}。问题里有空格时请加引号。"
    return f"命令写法有误：{said}"


def _unexpected(error: BaseException) -> str:
    from service.logs import record_incident

    return f"程序内部出错，编号 {record_incident(error)}。请把编号告诉管理员，详情在日志里。"


def _quieten(stream: TextIO) -> None:
    """Let the interpreter close *stream* without complaint: nobody reads it any more."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())


# --------------------------------------------------------------------------------------------- main


def _read_settings() -> Settings:
    from service.logs import log_to_file
    from service.settings import read_settings

    settings = read_settings()
    log_to_file(settings.logs_folder)
    return settings


def _build(settings: Settings) -> Application:
    from service.bootstrap import build_application

    return build_application(settings)


def _draw(settings: Settings, application: Application) -> Drafts:
    from service.bootstrap import build_drafts

    return build_drafts(settings, application)


def main(
    arguments: Sequence[str] | None = None,
    *,
    read: Callable[[], Settings] = _read_settings,
    build: Callable[[Settings], Application] = _build,
    draw: Callable[[Settings, Application], Drafts] = _draw,
) -> int:
    """Run a command and return its exit status; never lets a traceback out.

    Args:
        arguments: Of the command line, without the program's name; None for those of this process.
        read: Reads the settings.
        build: Makes the application; tests hand in a finished one.
        draw: Makes what drafting needs, beside the application.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    given = list(sys.argv[1:] if arguments is None else arguments) or ["--help"]
    try:
        if given == ["--version"]:
            from service.bootstrap import program_version

            _print(f"有据 {program_version()}")
            return DONE
        status = app(given, prog_name="youju", standalone_mode=False, obj=Desk(read, build, draw))
        if status == INTERRUPTED and given[0] != "ingest":  # which says more about it
            _note("已中断。")
        return status if isinstance(status, int) else DONE
    except _UsageError as error:
        _note(f"{_usage_message(error)}（用法见 youju --help）")
    except YoujuError as error:
        _note(error.message)
    except (KeyboardInterrupt, typer.Abort):
        _note("已中断。")
        return INTERRUPTED
    except _ReaderGoneError:
        _quieten(sys.stdout)
        return DONE
    except Exception as error:  # a traceback must not reach a person
        _note(_unexpected(error))
    return BAD


if __name__ == "__main__":
    sys.exit(main())
