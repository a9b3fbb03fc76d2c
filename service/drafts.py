"""What a caller can do with drafts: write one, look at it, hand in an edited text, approve it."""

from __future__ import annotations

import json
import re
import tomllib
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Protocol

from service.domain.errors import (
    ConfigurationError,
    DraftNotReadyError,
    EmptyDocumentError,
    InvalidInputError,
    MissingDraftError,
    NotInCorpusError,
    OversizedDocumentError,
    StoreError,
    UnreadableDocumentError,
)
from service.domain.finding import Finding
from service.domain.quantity import Quantity
from service.draft_report import (
    brief_from_dict,
    brief_to_dict,
    draft_from_dict,
    draft_to_dict,
    plan_to_dict,
    revision_to_dict,
    states_to_dict,
    summary_to_dict,
    unescape,
)
from service.drafting.brief import Brief, Given, read_given
from service.drafting.draft import Draft, DraftPlan
from service.drafting.editing.model import GivenSource, Revision
from service.drafting.filling import FILLED_IN, attributed, fill_in, joined, lines_of, settled
from service.drafting.offering import Offer, Problem, advice_on, cited, offers_of, problems_of, with_unit
from service.drafting.standing import NOT_APPROVED, Standing, blocks, sentence_of
from service.ports import DraftSummary, DraftVersion, StoredDraft

if TYPE_CHECKING:
    from service.application import Limits, Reader
    from service.domain.check import CheckReport
    from service.drafting.outline import Outline
    from service.ports import Clock, DraftStore

#: Largest file of reasons, facts or an outline.
MOST_INPUT_BYTES = 1024 * 1024
#: Longest name of the person who approves.
LONGEST_NAME = 50
DRAFTED, EDITED = "drafted", "edited"
_REFERENCE = re.compile(r"([0-9a-f]{12})/v(\d{1,6})")
_FORMULA = re.compile(r"算式[：:]\s*(.+)")
#: The year in the number of an official document, whose brackets are no markup.
_DOCUMENT_NUMBER = re.compile(r"〔[0-9]{4}〕")
#: What a file of a version that is not approved says at its head; no part of the text.
_HEAD = re.compile(rf"\s*>?\s*草稿（第\d+版），{NOT_APPROVED}")
#: Where something was given that a person took from a document, and the name of a text that is handed in.
_QUOTED = f"{FILLED_IN}，引自{{}}"
_PASTED = "文字.txt"
_TOML_LINE = re.compile(r"at line (\d+)")

#: Findings on what a person gave that is not in the text as it was given.
_NOT_TAKEN = frozenset({
    "reason-refused", "known-refused", "known-unreadable", "known-differs", "reason-unused", "known-unused",
    "reason-without-change",
})  # fmt: skip

Compose = Callable[[Brief], Draft]
Plan = Callable[[Brief], DraftPlan]
#: Takes the text as edited, and the draft it was made from.
Check = Callable[[str, Draft], "CheckReport"]
#: Takes a formula, and the draft whose figure is rested on it.
Evaluate = Callable[[str, Draft], Quantity]
#: Takes the words that a figure is rested on; returns why they cannot be kept, "" where they can.
Refuse = Callable[[str], str]


class Revise(Protocol):
    """Compares an edited text with the draft it was made from."""

    def __call__(
        self, base: Draft, edited: Sequence[str], report: CheckReport | None, given: Sequence[GivenSource]
    ) -> Revision:
        """Return what changed, and the new version with its findings."""


class WordWriter(Protocol):
    """Writes drafts as Word documents, and tells from one which draft it was written from."""

    def draft_to_docx(
        self, draft: Draft, *, sources: bool = True, reference: str = "", standing: Standing | None = None
    ) -> bytes:
        """Return a draft in the layout of official documents.

        Args:
            draft: What to write.
            sources: Whether a last page lists where every figure comes from.
            reference: What `read_reference` is to return for it.
            standing: Which version it is; until it is approved, the head says so and what is open.
        """

    def read_reference(self, data: bytes) -> str:
        """Return the reference a Word document was written with, "" where there is none."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A version of a draft.

    Attributes:
        draft: What it says.
        stored: How it is kept.
        ms: Milliseconds that writing it took, 0 where it was found.
    """

    draft: Draft
    stored: StoredDraft
    ms: int = 0

    @property
    def id(self) -> str:
        """Of the draft."""
        return self.stored.id

    @property
    def version(self) -> int:
        """Number of the version."""
        return self.stored.made.version

    @property
    def standing(self) -> Standing:
        """How far it is."""
        made = self.stored.made
        return Standing(made.version, made.approved_by, made.approved_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Revised(Kept):
    """A version that a person edited.

    Attributes:
        revision: What changed against *base*.
        base: Number of the version that it was compared with.
    """

    revision: Revision
    base: int


@dataclass(frozen=True, slots=True)
class Rechecked:
    """An edited text with what was found on it; nothing of it is kept.

    Attributes:
        stored: The version that it was compared with.
        revision: What changed against it, with the draft that it would be.
        ms: Milliseconds that it took.
    """

    stored: StoredDraft
    revision: Revision
    ms: int


@dataclass(frozen=True, slots=True)
class Edited:
    """A text that a person edited, as it is handed in with what fills its open places.

    Attributes:
        text: All of it, a paragraph a line.
        given: What the person rests changed figures on.
    """

    text: str
    given: tuple[GivenSource, ...] = ()


class Drafts:
    """Drafts of a store. Built by `service.bootstrap`; holds no state of its own.

    Args:
        compose: Writes a draft and has it checked as anybody's text.
        plan: Tells what could be drafted.
        check: Checks a text by the documents that a draft was written from.
        evaluate: Evaluates a formula over those documents.
        revise: Compares an edited text with a draft.
        store: Where drafts are kept.
        clock: The time.
        reader: Reads files.
        limits: On files handed in.
        refuse: Tells words that are no source.
        word: Writes Word documents, None where that part is not installed.
    """

    def __init__(
        self, *, compose: Compose, plan: Plan, check: Check, evaluate: Evaluate, revise: Revise, store: DraftStore, clock: Clock,
        reader: Reader, limits: Limits, refuse: Refuse, word: WordWriter | None = None,
    ) -> None:  # fmt: skip
        self._refuse = refuse
        self._evaluate = evaluate
        self._compose = compose
        self._plan = plan
        self._check = check
        self._revise = revise
        self._store = store
        self._clock = clock
        self._reader = reader
        self._word = word
        self.limits = limits

    # ------------------------------------------------------------------------------------- writing

    def create(self, brief: Brief) -> Kept:
        """Write a draft and keep it. One that fails midway leaves nothing.

        Raises:
            NotInCorpusError: The entity or year is not in the store.
            InvalidInputError: A section, outline or item is not known; the message names near ones.
            StoreError: It cannot be kept; the store is as it was.
        """
        begun = self._clock.elapsed_ms()
        draft = self._compose(brief)
        stored = self._keep(_new_id(), draft, DRAFTED, draft_to_dict(draft) | {"given": brief_to_dict(brief)})
        return Kept(draft, stored, self._clock.elapsed_ms() - begun)

    def _keep(
        self, draft_id: str, draft: Draft, origin: str, said: dict[str, Any], expects: int | None = None
    ) -> StoredDraft:
        body = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
        made = DraftVersion(0, self._clock.now(), origin, hash_of(body, draft.text))
        stored = StoredDraft(draft_id, draft.entity, draft.year, draft.outline, made, body, draft.text)
        return self._store.keep(stored, expects=expects or 0)

    def plan(self, entity: str, year: int, outline: str = "") -> dict[str, Any]:
        """Return what can be drafted, for programs: as `plan_to_dict`.

        Raises:
            NotInCorpusError: The entity or year is not in the store; the message names near ones.
            InvalidInputError: The outline is not known.
        """
        return plan_to_dict(self._plan(Brief(entity, year, outline=outline)))

    # ------------------------------------------------------------------------------------- looking

    def list(self, entity: str = "", year: int = 0) -> tuple[DraftSummary, ...]:
        """Return the drafts of entities whose name contains *entity*, of *year* (0 for all), newest first."""
        return self._store.summaries(entity=entity.strip(), year=year)

    def listed(self, entity: str = "", year: int = 0, limit: int = 1000) -> Sequence[dict[str, Any]]:
        """Return what is known of as many drafts, as `list` finds them, without their texts, for programs."""
        return [summary_to_dict(each) | self._written_of(each.id) for each in self.list(entity, year)[:limit]]

    def _written_of(self, draft_id: str) -> dict[str, Any]:
        """Return the titles of the sections of a draft, and whether they are all that its outline has."""
        stored = self._store.find(draft_id)
        body = json.loads(stored.body) if stored is not None else {}
        given = body.get("given") or {}
        titles = [str(each["title"]) for each in body.get("sections", ())]
        return {"sections": titles, "whole": given.get("sections") == []}

    def find(self, draft_id: str, version: int | None = None) -> Kept:
        """Return a version of a draft, by default the newest.

        Raises:
            MissingDraftError: There is none of that id or number.
        """
        stored = self._stored(draft_id, version)
        return Kept(_draft_of(stored), stored)

    def _stored(self, draft_id: str, version: int | None) -> StoredDraft:
        stored = self._store.find(draft_id, version)
        if stored is None and version is not None and (newest := self._store.find(draft_id)):
            raise MissingDraftError(f"草稿“{draft_id}”没有第{version}版，现有第1至{newest.made.version}版。")
        if stored is None:
            near = get_close_matches(draft_id, [each.id for each in self._store.summaries()], n=1)
            hint = f"是不是“{near[0]}”？" if near else "编号在起草时给出，现有的见 youju drafts。"
            raise MissingDraftError(f"没有编号为“{draft_id[:64]}”的草稿。{hint}")
        return stored

    def said(self, kept: Kept) -> dict[str, Any]:
        """Return everything about a version, for programs: as `draft_to_dict`, and how it is kept.

        A version that was made from another has ``revision`` besides: what changed. ``given`` is what it was asked to
        be, None where an older program kept it.
        """
        made, body = kept.stored.made, json.loads(kept.stored.body)
        told = _told(kept.draft, draft_to_dict(kept.draft, id=kept.id, version=kept.version, sha256=made.sha256))
        approval = {"at": made.approved_at, "by": made.approved_by} if made.approved_at else None
        return told | {
            "created_at": made.created_at, "origin": made.origin, "approval": approval,
            "revision": body.get("revision"), "given": body.get("given"),
        }  # fmt: skip

    def versions(self, draft_id: str) -> dict[str, Any]:
        """Return what is known of a draft and its versions without their texts: as `summary_to_dict`.

        ``sections`` besides are their titles, ``whole`` tells whether that is all of the outline.

        Raises:
            MissingDraftError: There is none of that id.
        """
        stored = self._stored(draft_id, None)
        held = self._store.summaries(entity=stored.entity, year=stored.year)
        found = next((each for each in held if each.id == draft_id), None)
        if found is None:
            raise MissingDraftError(f"没有编号为“{draft_id[:64]}”的草稿，它刚被删除。")
        return summary_to_dict(found) | self._written_of(draft_id)

    def to_word(self, kept: Kept, *, sources: bool = True) -> bytes:
        """Return a version as a Word document.

        Raises:
            ConfigurationError: The part that writes Word is not installed.
        """
        if self._word is None:
            raise ConfigurationError("没有安装写Word的部分，只能输出文字、Markdown和JSON。")
        reference = f"{kept.id}/v{kept.version}"
        return self._word.draft_to_docx(kept.draft, sources=sources, reference=reference, standing=kept.standing)

    # ------------------------------------------------------------------------------------- editing

    def revise(
        self, draft_id: str, data: bytes, name: str, given: Sequence[GivenSource] = (), *,
        version: int | None = None, expects: int | None = None,
    ) -> Revised:  # fmt: skip
        """Check a text that a person edited against the draft and its documents, and keep it as a new version.

        Args:
            draft_id: Of the draft.
            data: The text as a file: DOCX, Markdown, TXT …; a list of sources at its end is left aside.
            name: Of the file.
            given: What the person rests changed figures on.
            version: The version it was made from; None for the one that a Word file names, else the newest.
            expects: Number of the newest version that the person knows, None where that does not matter.

        Raises:
            MissingDraftError: There is no such draft.
            DraftChangedError: A newer version than *expects* is kept; this one is not.
            InvalidInputError: The file belongs to another draft, or its text has next to nothing of this one; what a
                figure is rested on is markup or an instruction.
            SourceDocumentError: The file cannot be read.
            RequestError: A formula that a figure is rested on cannot be evaluated.
            StoreError: The version cannot be kept; the store is as it was.
        """
        begun = self._clock.elapsed_ms()
        found = self.recheck(draft_id, data, name, given, version=version)
        return self._kept_as(EDITED, found.stored, found.revision, begun, expects)

    def recheck(
        self, draft_id: str, data: bytes, name: str, given: Sequence[GivenSource] = (), *, version: int | None = None
    ) -> Rechecked:
        """Check a text as `revise` does, and keep nothing. Arguments and errors are the same."""
        begun = self._clock.elapsed_ms()
        named = self._version_in(data, draft_id)
        base = self._stored(draft_id, version or named)
        before = _draft_of(base)
        sources = [self._computed(each, before) for each in given]
        lines, running = self._lines(data, name)
        revision = self._revise(before, lines, self._check("\n".join(running) + "\n", before), sources)
        if revision.is_foreign:
            raise InvalidInputError(
                f"交来的文字与草稿第{base.made.version}版没有共同的句子，或只有很少几句。请核对是否交错了文件；"
                "应交来改好的全文，只要其中几节的请指定节名重新起草。"
            )
        return Rechecked(base, revision, self._clock.elapsed_ms() - begun)

    def said_of(self, found: Rechecked) -> dict[str, Any]:
        """Return an edited text with its findings, for programs: the draft it would be, and what became of its figures.

        ``figures`` names every figure with its sentence, its place in it and its ``state``.
        """
        draft, base = found.revision.draft, found.stored.made.version
        told = _told(draft, draft_to_dict(draft, id=found.stored.id))
        del told["version"], told["sha256"]
        return told | {
            "base_version": base, "revision": revision_to_dict(found.revision) | {"base": base},
            "figures": states_to_dict(found.revision), "ms": found.ms,
        }  # fmt: skip

    def _kept_as(
        self, origin: str, base: StoredDraft, revision: Revision, begun: int, expects: int | None,
        brief: dict[str, Any] | None = None,
    ) -> Revised:  # fmt: skip
        """Keep a revision as the next version, with what it was asked to be (by default what *base* was)."""
        version, draft = base.made.version, revision.draft
        said = draft_to_dict(draft) | {
            "revision": revision_to_dict(revision) | {"base": version},
            "given": brief or json.loads(base.body).get("given"),
        }
        stored = self._keep(base.id, draft, origin, said, expects)
        return Revised(draft, stored, self._clock.elapsed_ms() - begun, revision=revision, base=version)

    # ------------------------------------------------------------------------------ filling in afterwards

    def offers(self, draft_id: str, version: int | None = None) -> tuple[Offer, ...]:
        """Return what the year's own documents say of the open places of a version; nothing of it is taken.

        Raises:
            MissingDraftError: There is no such draft.
        """
        base = self._stored(draft_id, version)
        try:
            return self._offers(self._written(base), self._brief_of(base))
        except (InvalidInputError, NotInCorpusError):
            return ()  # an outline of its own, or documents that are not held any more

    def _offers(self, before: Draft, brief: Brief) -> tuple[Offer, ...]:
        own = tuple(each.document for each in before.sources if "本年" in each.role)
        quoting = self._plan(replace(brief, quote=own)).draft
        return offers_of(quoting, self._revise(before, lines_of(quoting), None, ()))

    def try_fillings(
        self, draft_id: str, reasons: Sequence[Given], facts: Sequence[Given], *, version: int | None = None
    ) -> tuple[tuple[Problem, ...], tuple[Given, ...]]:
        """Tell everything that speaks against what is to be filled in, and keep nothing.

        Returns:
            Why things cannot be written; the facts as they would be read, counts with their units.

        Raises:
            MissingDraftError: There is no such draft.
            InvalidInputError: It is a draft that cannot be filled in.
            NotInCorpusError: The documents that it was written from are not held any more.
        """
        base = self._stored(draft_id, version)
        read = tuple(map(with_unit, facts))
        brief = self._brief_of(base)
        brief = replace(brief, reasons=joined(brief.reasons, reasons), known=joined(brief.known, read))
        wrong = _not_taken(self._plan(brief).draft, _draft_of(base))
        return problems_of(wrong, reasons, read), read

    def fill(
        self, draft_id: str, reasons: Sequence[Given], facts: Sequence[Given], *, version: int | None = None,
        expects: int | None = None, edited: Edited | None = None,
    ) -> Revised:  # fmt: skip
        """Add reasons and facts to those given before, and keep what comes of it as a new version.

        A version that the program wrote is written anew, by the documents as they are now; in one that a person edited
        only the open places are filled, so that no edit is lost. An item given before is replaced, and withdrawn where
        its text is empty. With nothing to add, a version that the program wrote is only written anew. A bare count
        gets the unit of its place; what is word for word in a document of the year is kept with its place there.

        Args:
            draft_id: Of the draft.
            reasons: Reasons of changes, by the ``item`` of the gaps that take a reason.
            facts: What only the department knows, by the ``item`` of the gaps that take a fact.
            version: The version to fill, None for the newest.
            expects: Number of the newest version that the person knows, None where that does not matter.
            edited: The text that the person edited besides: what is filled in goes into it, and both are one version.

        Raises:
            MissingDraftError: There is no such draft.
            DraftChangedError: A newer version than *expects* is kept; this one is not.
            InvalidInputError: Something given cannot be written, or finds no place; nothing is kept.
            NotInCorpusError: The documents that it was written from are not held any more.
            StoreError: The version cannot be kept; the store is as it was.
        """
        begun = self._clock.elapsed_ms()
        base = self._stored(draft_id, version)
        is_rewrite = not reasons and not facts
        if is_rewrite and (edited or base.made.origin != DRAFTED):
            raise InvalidInputError(
                f"没有要填的内容。第{base.made.version}版是改过的文字，不能重写；请在 reasons 或 facts 里至少写一项。"
            )
        before, brief = _draft_of(base), self._brief_of(base)
        offers = self._offers(self._written(base), brief) if not is_rewrite else ()
        reasons = [cited(each, offers, "reason", _QUOTED) for each in reasons]
        facts = [cited(with_unit(each), offers, "fact", _QUOTED) for each in facts]
        brief = replace(brief, reasons=joined(brief.reasons, reasons), known=joined(brief.known, facts))
        fresh = self._compose(brief)
        if is_rewrite and fresh == before:
            raise InvalidInputError(f"资料没有变化，重写出来与第{base.made.version}版相同，没有存新的一版。")
        wrong = _not_taken(fresh, before)
        if wrong:
            said = [f"“{each.item}”：{each.message}" for each in problems_of(wrong, reasons, facts)]
            raise InvalidInputError("".join(said or [advice_on(wrong[0])]))
        if base.made.origin == DRAFTED and edited is None:
            revision = settled(self._revise(before, lines_of(fresh), None, ()), fresh)
            return self._kept_as(
                DRAFTED, base, replace(revision, draft=fresh), begun, expects, brief_to_dict(brief)
            )  # fmt: skip
        text, own = before, tuple[GivenSource, ...]()
        if edited is not None:
            found = self.recheck(base.id, edited.text.encode(), _PASTED, edited.given, version=base.made.version)
            text, own = found.revision.draft, tuple(self._computed(each, before) for each in edited.given)
        resolved = self._revise(self._written(base), lines_of(fresh), None, ()).resolved
        filled = fill_in(text, resolved, [*reasons, *facts], base.made.version)
        report = self._check("\n".join(filled.running) + "\n", before)
        revision = self._revise(before, filled.lines, report, [*own, *filled.sources])
        revision = replace(revision, draft=attributed(revision.draft, reasons))
        return self._kept_as(EDITED, base, revision, begun, expects, brief_to_dict(brief))

    def _written(self, stored: StoredDraft) -> Draft:
        """Return what the program wrote that a version was edited from."""
        while stored.made.origin != DRAFTED:
            stored = self._stored(stored.id, json.loads(stored.body)["revision"]["base"])
        return _draft_of(stored)

    def _brief_of(self, stored: StoredDraft) -> Brief:
        said = json.loads(stored.body).get("given")
        if said is None or (said["is_own_outline"] and not said["outline_toml"]):
            why = "用的是自己的提纲文件" if said else "由旧版程序写成"
            raise InvalidInputError(f"这份草稿{why}，不能在这里补填。请把内容直接写进正文，写明依据；或重新起草。")
        brief = brief_from_dict(said)
        if said["is_own_outline"]:
            return replace(brief, custom=read_outline_file(brief.custom_text.encode(), "outline_toml"))
        # The outline that was chosen then, whatever would be chosen now.
        return replace(brief, outline=brief.outline or stored.outline)

    # ----------------------------------------------------------------------------------------- comparing

    def compare(self, draft_id: str, base: int, version: int) -> dict[str, Any]:
        """Return what changed from one version to another, for programs: as `revision_to_dict`, and which they are.

        Raises:
            MissingDraftError: There is no such version.
        """
        one, other = self.find(draft_id, base), self.find(draft_id, version)
        revision = settled(self._revise(one.draft, lines_of(other.draft), None, ()), other.draft)
        return {"id": draft_id, "base": base, "version": version} | revision_to_dict(revision)

    def delete(self, draft_id: str) -> None:
        """Delete a draft with all its versions.

        Raises:
            MissingDraftError: There is none.
            DraftApprovedError: A version of it is approved.
            StoreError: It cannot be deleted; the store is as it was.
        """
        self._stored(draft_id, None)
        if not self._store.drop(draft_id):
            raise MissingDraftError(f"没有编号为“{draft_id}”的草稿，它刚被删除。")

    def _computed(self, source: GivenSource, draft: Draft) -> GivenSource:
        """Return a source with the value of its formula. Raises InvalidInputError for words that are none."""
        why = self._refuse(_DOCUMENT_NUMBER.sub("", source.basis)) if source.basis.strip() else ""
        if why:
            place = f"{source.place}：" if source.place else ""
            raise InvalidInputError(
                f"{place}“{source.figure[:40]}”的依据不能采用：{why}。请写明是哪份文件、哪张表的哪一处。"
            )
        if not source.formula or source.value is not None:
            return source
        return replace(source, value=self._evaluate(source.formula, draft))

    def _version_in(self, data: bytes, draft_id: str) -> int | None:
        """Return the version that a Word file was written from."""
        if self._word is None or not data.startswith(b"PK"):
            return None
        found = _REFERENCE.fullmatch(self._word.read_reference(data))
        if found is None:
            return None
        if found[1] != draft_id:
            raise InvalidInputError(f"这份Word是草稿“{found[1]}”的，不是“{draft_id}”的。请核对编号，或换一份文件。")
        return int(found[2])

    def _lines(self, data: bytes, name: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the lines of a file down to its list of sources, rows of tables with tabs; and those of running text."""
        from service.drafting.editing.reading import is_appendix
        from service.ingestion.blocks import TextLine

        lines: list[str] = []
        running: list[str] = []
        for block in self._reader(data, name, max_bytes=self.limits.max_file_bytes).blocks:
            if not isinstance(block, TextLine):
                lines += ["\t".join(row.cells) for row in block.rows]
                continue
            if is_appendix(block.text):
                break
            if not lines and _HEAD.match(block.text):
                continue
            lines.append(block.text)
            running.append(unescape(block.text))
        if not any(each.strip() for each in lines):
            raise EmptyDocumentError(f"“{name}”里没有草稿的正文。请交来改好的全文。")
        return tuple(lines), tuple(running)

    # ------------------------------------------------------------------------------------ approving

    def approve(self, draft_id: str, version: int | None, by: str) -> DraftVersion:
        """Approve a version: from then on it never changes. One that is approved stays as it was approved.

        Args:
            draft_id: Of the draft.
            version: Its number, None for the newest.
            by: Name of the person.

        Raises:
            MissingDraftError: There is no such version.
            DraftNotReadyError: It has errors, amounts or rates without a source, or places that are still open.
            StoreError: It is not what was kept, or cannot be marked.
        """
        name = " ".join(by.split())
        if not name or len(name) > LONGEST_NAME:
            raise InvalidInputError(f"请写明批准人，不超过{LONGEST_NAME}个字，例如：--by 王某。")
        kept = self.find(draft_id, version)
        if kept.stored.made.approved_at:
            return kept.stored.made
        if not is_intact(kept.stored):
            raise StoreError(f"草稿“{draft_id}”第{kept.version}版与存入时不一样，不能批准。请从备份恢复，或重新起草。")
        errors = [each for each in kept.draft.findings if blocks(each)]
        gaps = list(dict.fromkeys(each.what for each in kept.draft.gaps))
        if errors or gaps:
            raise DraftNotReadyError(draft_id, kept.version, [each.message for each in errors], gaps)
        stored = self._store.approve(draft_id, kept.version, at=self._clock.now(), by=name)
        if stored is None:
            raise MissingDraftError(f"没有编号为“{draft_id}”的草稿。")
        return stored.made

    def verify_hash(self, draft_id: str, version: int | None = None) -> bool:
        """Whether a version is still what was kept.

        Raises:
            MissingDraftError: There is no such version.
        """
        return is_intact(self._stored(draft_id, version))


def _told(draft: Draft, said: dict[str, Any]) -> dict[str, Any]:
    """Return what is said of a draft, each finding with its sentence and whether it stands in the way of approval."""
    findings = [
        told | {"sentence": sentence_of(finding, draft), "blocks": blocks(finding)}
        for finding, told in zip(draft.findings, said["findings"], strict=True)
    ]
    return said | {"findings": findings}


def _not_taken(fresh: Draft, before: Draft) -> list[Finding]:
    """Return why something given is not in a draft as it was given, unless that was known before."""
    known = {each.message for each in before.findings}
    return [each for each in fresh.findings if each.code in _NOT_TAKEN and each.message not in known]


def hash_of(body: str, text: str) -> str:
    """Return the sha256 of a version: of its body, keys in order and without blanks, and its text."""
    canonical = json.dumps(json.loads(body), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return sha256(f"{canonical}\n{text}".encode("utf-8", "surrogatepass")).hexdigest()


def is_intact(stored: StoredDraft) -> bool:
    """Whether a version is still what was kept."""
    try:
        return hash_of(stored.body, stored.text) == stored.made.sha256
    except ValueError:
        return False


def _draft_of(stored: StoredDraft) -> Draft:
    try:
        return draft_from_dict(json.loads(stored.body))
    except (KeyError, TypeError, ValueError) as error:
        raise StoreError(
            f"草稿“{stored.id}”第{stored.made.version}版读不出来：库里的内容不完整，或由另一个版本的程序写入。请重新起草。"
        ) from error


def _new_id() -> str:
    return uuid.uuid4().hex[:12]


# ------------------------------------------------------------------------------------- what is handed in


def read_notes(data: bytes, name: str) -> tuple[Given, ...]:
    """Read a file of reasons or facts.

    Raises:
        OversizedDocumentError: It is larger than a megabyte.
        UnreadableDocumentError: It is no text.
        InvalidInputError: A line is not 「项目：内容」; the message names it.
    """
    return read_given(_text_of(data, name, "每行写成“项目：内容”"), name)


def read_outline_text(data: bytes, name: str) -> str:
    """Return the text of an outline's file.

    Raises:
        OversizedDocumentError: It is larger than a megabyte.
        UnreadableDocumentError: It is no text.
    """
    return _text_of(data, name, "写法见 service/vocabulary/data/outlines/ 里的提纲")


def read_outline_file(data: bytes, name: str) -> Outline:
    """Read an outline of the person's own.

    Raises:
        OversizedDocumentError: It is larger than a megabyte.
        UnreadableDocumentError: It is no text.
        InvalidInputError: It is no TOML, or no outline; the message names file and line.
    """
    text = read_outline_text(data, name)
    try:
        found = tomllib.loads(text.replace("\r\n", "\n"))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        at = _TOML_LINE.search(str(error))
        where = f"第{at[1]}行" if at else "末尾"
        raise InvalidInputError(
            f"提纲“{name}”{where}不是正确的TOML。请检查引号、方括号是否成对，等号两边是否写全。"
        ) from None
    from service.drafting.outline import read_outline

    return read_outline(found, name)


def read_source(text: str, place: str) -> GivenSource:
    """Read what a person rests a figure on: ``12.3万元=采购计划``, ``12.3万元@货物=…``, ``12.3万元=算式：支出-基本支出``.

    Args:
        text: As written.
        place: Where, for messages.

    Raises:
        InvalidInputError: It has no figure or no basis.
    """
    figure, _, basis = text.replace("＝", "=", 1).partition("=")
    figure, _, sentence = figure.partition("@")
    if not figure.strip() or not basis.strip():
        raise InvalidInputError(f"{place}“{text[:40]}”的写法不对。应如：12.3万元=采购计划第3页。")
    formula = _FORMULA.match(basis.strip())
    said = "" if formula else basis.strip()
    return GivenSource(figure.strip(), said, sentence.strip(), formula[1] if formula else "", place=place)


def _text_of(data: bytes, name: str, form: str) -> str:
    if len(data) > MOST_INPUT_BYTES:
        raise OversizedDocumentError(f"“{name}”有{len(data) / 1048576:.1f}MB，超过1MB。它应是文本文件，{form}。")
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF")):
        raise UnreadableDocumentError(f"“{name}”是Word、Excel或PDF文件，不是文本。请把内容另存为TXT，{form}。")
    for encoding in ("utf-16",) if data.startswith((b"\xff\xfe", b"\xfe\xff")) else ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not re.search(r"[\x00-\x08\x0e-\x1f]", text):
            return text
    raise UnreadableDocumentError(
        f"“{name}”不是文本，或不是UTF-8、GB18030编码。请用记事本或WPS另存为UTF-8文本，{form}。"
    )
