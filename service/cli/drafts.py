"""The commands of drafts: `draft`, `drafts`, `recheck`, `approve`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from service.cli.console import (
    CONTROLS,
    DONE,
    FOUND,
    PASTED,
    AsJson,
    Command,
    Context,
    app,
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
    from service.application import Application
    from service.drafting.brief import Brief
    from service.drafts import Drafts, Kept

#: What a draft can be written as; docx is a file only.
_DRAFT_FORMATS = ("text", "md", "docx", "json")
_MOST_DECIMALS = 6
_AS_PRINTED = "原样"

Form = Annotated[str, typer.Option("--format", metavar="格式", help="text、md、json；docx（公文格式）写成文件。")]
Output = Annotated[Path | None, typer.Option("--output", metavar="文件", help="写到这个文件，不写到屏幕。")]
NoSources = Annotated[bool, typer.Option("--no-sources", help="不附数据来源；待补充和提示照列。")]
DraftId = Annotated[str, typer.Argument(metavar="草稿编号", show_default=False)]


@app.command(
    cls=Command,
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
    form: Form = "",
    output: Output = None,
    *,
    no_sources: NoSources = False,
    as_json: AsJson = False,
) -> int:  # fmt: skip
    """Write a draft and keep it."""
    chosen = format_of(form, output, as_json=as_json, formats=_DRAFT_FORMATS)
    brief = _brief(entity, year, section or (), outline, base, decimals, fall, quote or ())
    given = [each for each in (reasons, facts, Path(outline) if _is_file(outline) else None) if each]
    refuse_unwritable(output)
    application, drafts = desk_of(context).drafts()
    brief = _with_files(brief, application, reasons, facts, outline)
    made = drafts.create(brief)
    note(_about_draft(made))
    _put_draft(drafts, made, chosen, output, given, sources=not no_sources)
    return status_of(_said_of(made))


@app.command(cls=Command, help="列出草稿，或查看一份：各版的内容、改动、待补充和提示。")
def drafts(
    context: Context,
    draft_id: DraftId = "",
    version: Annotated[int, typer.Option("--version", metavar="版次", min=0, help="哪一版，默认最新。")] = 0,
    entity: Annotated[str, typer.Option("--entity", metavar="部门", help="只列名称里有这几个字的部门。")] = "",
    year: Annotated[int, typer.Option("--year", metavar="年度", help="只列这一年的。")] = 0,
    form: Form = "",
    output: Output = None,
    *,
    no_sources: NoSources = False,
    as_json: AsJson = False,
) -> int:
    """List drafts, or show one."""
    from service.draft_report import revision_to_text, summaries_to_text, summary_to_dict
    from service.rendering import to_json

    chosen = format_of(form, output, as_json=as_json, formats=_DRAFT_FORMATS)
    refuse_no_year(year)
    refuse_broken_text(draft_id, entity)
    refuse_unwritable(output)
    _, held = desk_of(context).drafts()
    if not draft_id:
        if chosen not in ("text", "json") or output is not None or version:
            raise InvalidInputError("请给出要查看的草稿编号，例如：youju drafts 0123456789ab --format docx。")
        found = held.list(entity, year)
        show(to_json([summary_to_dict(each) for each in found]) if chosen == "json" else summaries_to_text(found))
        return DONE
    kept = held.find(draft_id, version or None)
    intact = held.verify_hash(draft_id, kept.version)
    note(_about_draft(kept, approval=True))
    if not intact:
        note("注意：这一版与存入时不一样，库里的内容被改动过。请从备份恢复，或重新起草。")
    _put_draft(held, kept, chosen, output, (), sources=not no_sources)
    changed = held.said(kept)["revision"]
    if changed and chosen == "text" and output is None:
        show(f"\n与第{changed['base']}版相比，{revision_to_text(changed)}")
    return DONE if intact else FOUND


@app.command(
    cls=Command,
    help="把改过的草稿交来重新核对，存为新的一版；改动的数字没有依据就是错误。例：youju recheck 0123456789ab 改好.docx",
)
def recheck(
    context: Context,
    draft_id: DraftId,
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

    refuse_broken_text(draft_id, file, *(source or ()))
    given = [read_source(each, f"--source 第{number}个") for number, each in enumerate(source or (), 1)]
    application, held = desk_of(context).drafts()
    if file == "-":
        name, data = PASTED, sys.stdin.buffer.read(application.limits.max_file_bytes + 1)
    else:
        name, data = Path(file).name, application.bytes_of(Path(file))
    revised = held.revise(draft_id, data, name, given, version=version or None)
    if as_json:
        show(to_json(held.said(revised)))
    else:
        said = revision_to_dict(revised.revision)
        findings = findings_to_text(revised.draft.findings)
        show("\n".join(filter(None, [f"与第{revised.base}版相比，{revision_to_text(said)}", findings])))
    note(_about_draft(revised))
    return status_of(_said_of(revised))


@app.command(cls=Command, help="批准一版草稿：此后不再改变。还有错误或待补充的，不能批准。")
def approve(
    context: Context,
    draft_id: DraftId,
    by: Annotated[str, typer.Option("--by", metavar="姓名", help="批准人。", show_default=False)],
    version: Annotated[int, typer.Option("--version", metavar="版次", min=0, help="哪一版，默认最新。")] = 0,
    *,
    as_json: AsJson = False,
) -> int:
    """Approve a version of a draft."""
    from service.draft_report import version_to_dict
    from service.rendering import to_json

    refuse_broken_text(draft_id, by)
    _, held = desk_of(context).drafts()
    made = held.approve(draft_id, version or None, by)
    said = {"id": draft_id} | version_to_dict(made)
    done = f"草稿{draft_id}第{made.version}版已由{made.approved_by}于{made.approved_at}批准。\n  sha256 {made.sha256}"
    show(to_json(said) if as_json else done)
    return DONE


# ------------------------------------------------------------------ what is asked, what is written


def _brief(
    entity: str, year: int, sections: Sequence[str], outline: str, base: str, decimals: str, fall: str,
    quote: Sequence[str],
) -> Brief:  # fmt: skip
    """Return what is asked for, without what stands in files."""
    from service.drafting.brief import FALLS, Brief, Style

    refuse_broken_text(entity, outline, base, *sections, *quote)
    refuse_no_year(year)
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

    from service.drafts import read_notes, read_outline_file, read_outline_text

    own = application.bytes_of(Path(outline)) if _is_file(outline) else b""
    return replace(
        brief,
        reasons=read_notes(application.bytes_of(reasons), reasons.name) if reasons else (),
        known=read_notes(application.bytes_of(facts), facts.name) if facts else (),
        custom=read_outline_file(own, Path(outline).name) if _is_file(outline) else None,
        custom_text=read_outline_text(own, Path(outline).name) if _is_file(outline) else "",
    )


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
        # A screen is told the version and what is open beside the text; a file goes on without that.
        standing = kept.standing if output is not None else None
        text = (
            draft_to_markdown(kept.draft, sources=sources, standing=standing)
            if form == "md"
            else draft_to_text(kept.draft, sources=sources)
        )
        data = text.encode()
    if output is None and form != "docx":
        show(data.decode().rstrip("\n"))
        return
    where = place_for(output, CONTROLS.sub("", kept.draft.title).replace("/", "／")[:80] or kept.id, form)
    keep_file(where, data, given)
    note(f"已写入 {where}")


def _said_of(kept: Kept) -> list[dict[str, Any]]:
    from service.rendering import finding_to_dict

    return [finding_to_dict(each) for each in kept.draft.findings]
