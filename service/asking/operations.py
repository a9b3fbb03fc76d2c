"""Which operation a question wants, tried in order of precedence: the first that has an answer gives it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from service.asking import amounts, performance, sets, texts, years
from service.asking.answer import Status
from service.asking.desk import Desk, Handler, Reply
from service.asking.reading import Question
from service.asking.scoping import ScopeChoice
from service.asking.subjects import Subject, subjects_of
from service.asking.why import most_moved, trend_and_why, wants_detail, why
from service.domain.errors import AmbiguousFigureError, MissingFactError, UnknownNameError, YoujuError
from service.vocabulary.vocabulary import Vocabulary

#: Asks for what moved most, not for what is largest.
_MOVED_MOST = re.compile(r"(?:增加|减少|增长|下降|降低|上升|上涨|变化|变动|[增减升涨降])(?:得|的)?(?:幅度?|额)?最|最[^，。]{0,3}(?:增|减|涨|降)")


class Operations:
    """Answers a question at its desk.

    Args:
        vocabulary: Names and question words.
        drafter: Writes a section of the 情况说明; None where drafting is not wired.
    """

    def __init__(self, vocabulary: Vocabulary, drafter: Handler | None) -> None:
        self._vocabulary = vocabulary
        self._drafter = drafter

    def reply(self, desk: Desk, choice: ScopeChoice) -> Reply:
        """Answer, ask back or refuse; never raises for what a question asks."""
        try:
            return self._dispatch(desk, choice)
        except AmbiguousFigureError as error:
            return amounts.readings(desk, error)
        except (MissingFactError, UnknownNameError) as error:
            return texts.no_answer(desk, error.message)
        except YoujuError as error:
            return Reply(error.message, status=Status.REFUSED, missing=error.message)

    def _dispatch(self, desk: Desk, choice: ScopeChoice) -> Reply:
        question = desk.question
        if (
            question.stage is not None
            and question.stage is not desk.document.stage
            and desk.stage is None
            and not question.has("definition", "indicator")
        ):
            return texts.no_answer(
                desk,
                f"资料库里只有{desk.document.entity}{desk.year}年的{desk.document.stage.value}，没有{question.stage.value}数据。",
            )
        if choice.missing_year and not question.has("suppose", "indicator", "trend"):
            held = "、".join(f"{y}年" for y in sorted({d.year for d in desk.documents}))
            return texts.no_answer(desk, f"没有{desk.document.entity}{choice.missing_year}年的文件，现有{held}。")
        for handler in self._handlers(desk):
            reply = handler(desk)
            if reply is not None:
                return reply
        return self._fallback(desk)

    def _handlers(self, desk: Desk) -> list[Handler]:  # noqa: C901 - one line per operation, in order of precedence
        q = desk.question
        named = subjects_of(q, self._vocabulary)
        chosen: list[Handler] = []
        if q.has("per_head"):
            chosen.append(lambda d: texts.no_answer(d, "文件没有人数，不能计算人均数。"))
        if self._drafter is not None and self._wants_draft(q):
            chosen.append(self._drafter)
            if named and not named[0].is_bare:
                chosen.append(self._look_up_plainly)
        if q.has("judge") and q.quoted and not q.has("convert", "indicator"):
            chosen.append(texts.judge)
        if q.has("why") and q.has("trend"):
            chosen.append(trend_and_why)
        if q.has("why"):
            chosen.append(why)
        spans = q.has("trend") or (years.names_years(desk) and not q.has("compare", "agree"))
        if spans and not (years.asks_change(q.text) and q.has("change")):
            chosen.append(years.trend)
        moves = q.has("up", "down", "change") or bool(re.search("新增|取消", q.text))
        if moves and not q.has("why") and (q.has("rank") or (q.has("list") and re.search("科目|项目|新增|取消", q.text))):
            chosen.append(most_moved)
            if q.has("rank") and _MOVED_MOST.search(q.text):
                chosen.append(lambda d: texts.no_answer(d, f"没有{years.base_year(d)}年逐项的数，不能说哪一项增减最多。"))
        chosen.append(self._part_of_entity)
        chosen += [wants_detail, texts.form_rows]
        if q.has("agree") and len(named) >= 2 and not q.has("why"):
            chosen.append(amounts.agree)
        counts_things = bool(re.search(r"(?:多少|几)(?:台|次|人|套|条|批)", q.text))
        related = q.has("share", "change", "compare", "agree") or (q.has("sum") and not counts_things)
        about_project = bool(named) and bool(named[0].get("project"))
        if q.has("indicator") or (not related and about_project and (q.residue or counts_things)):
            chosen.append(performance.ask)
        asks_each = bool(re.search(r"分别|各(?:是|有|为)?(?:多少|几)|多少钱", q.text)) and q.has("ask_amount") and named
        if q.has("definition") and not q.has("share", "rank") and not asks_each:
            chosen.append(texts.define)
            if not q.has("list", "ask_amount"):
                chosen.append(texts.undefined)
        if q.has("attribute"):
            chosen.append(sets.attributes)
        if desk.inherited and q.has("plus", "sum") and q.has("elliptical", "plus"):
            chosen.append(amounts.addition)
        if q.has("suppose"):
            chosen.append(amounts.suppose)
        if q.has("remainder") and not q.has("agree"):
            chosen.append(amounts.remainder)
        if q.has("convert") and not q.has("compare", "rank"):
            chosen.append(amounts.convert)
        if q.has("times"):
            chosen.append(amounts.times)
        if q.has("agree", "sum", "judge") and len(named) <= 1:
            chosen.append(texts.arithmetic)
        if re.search("占|比重|比例", q.text) and q.has("change") and (q.has("previous") or len({y.year for y in q.years if y.year}) > 1):
            chosen.append(years.share_change)
        if years.asks_stages(q.text):
            chosen.append(years.against_budget)
        if q.has("change") and not self._is_comparison(q, named):
            chosen.append(self._change)
        if named and years.asks_whether(desk) and not q.has("indicator", "suppose", "compare"):
            chosen.append(self._change)
        if q.has("average") and not q.has("per_head"):
            chosen.append(sets.average)
        if q.has("share") and (q.has("rank") or any(f.comparator for f in q.figures)):
            chosen.append(sets.top_share)
        if q.has("share"):
            chosen.append(amounts.share)
        if q.has("compare") or self._is_comparison(q, named):
            chosen.append(amounts.compare)
        chosen += self._sets(desk, named)
        if not named and re.search(r"收支(?:总体)?(?:情况|怎么样|概况)|总体情况|预算情况|大概情况", q.text):
            both = [Subject("收入", said=True), Subject("支出", said=True)]
            chosen.append(lambda d: amounts.look_up(d, both))
        if not named and not desk.inherited and re.search(r"预算(?:总额|资金|规模|一共|总共)?(?:是|有|为)?(?:多少|几)|多少预算|预算(?:总额|规模|数)?[？?]?$", q.text):
            chosen.append(lambda d: amounts.look_up(d, [Subject("支出", said=True)]))
        if named:
            chosen.append(self._look_up)
        elif desk.inherited and (q.has("elliptical", "previous") or q.unit_types):
            chosen.append(self._inherited)
        return chosen

    def _wants_draft(self, q: Question) -> bool:
        """Whether a text is to be written, not one to be read that says 写."""
        if not q.has("draft") or q.has("original") or re.search(r"写着|写成|写的|写了|写在|怎么写", q.text):
            return False
        return q.signs["draft"] <= 4 or bool(re.search(r"说明|一段|那段|一条|那条|部分|情况|文字", q.text))

    def _is_comparison(self, q: Question, named: Sequence[Subject]) -> bool:
        return len(named) >= 2 and bool(re.search(r"比(?!重|例|上年|去年|2\d{3}年)", q.text)) and not q.has("previous")

    def _sets(self, desk: Desk, named: Sequence[Subject]) -> list[Handler]:
        q = desk.question
        before = desk.before
        dimension = ""
        if not q.dimensions and before is not None and not named and before.dimensions:
            dimension = before.dimensions[0]
        subjects = named or (desk.inherited if (q.has("elliptical", "rank") or dimension) else [])
        projects = "project" in q.dimensions or any(m.text.endswith("项目") for m in q.mentions)
        about_set = bool(q.dimensions) or dimension or not named or projects or q.has("list", "rank")
        piece = sets.name_piece(desk)
        several = next((m.text for m in q.mentions if sum(t[0] == "project" for t in m.targets) > 1), "")
        if piece or (several and (q.has("sum", "count", "list", "rank") or q.dimensions)):
            subjects = [s for s in subjects if not s.get("project")]
            return [lambda d: sets.add_up(d, dimension="project", named=subjects, contains=piece or several)]
        if several:
            return [lambda d: sets.which(d, several)]
        plain = [s for s in subjects if not s.get("project") or q.has("sum")]
        if len(named) >= 2 and not q.has("rank"):
            plain = []
        out: list[Handler] = []
        if q.has("rank"):
            out.append(lambda d: sets.rank(d, dimension=dimension, named=plain))
        if q.has("count") and not any(s.measure == "预算单位" for s in subjects):
            if any(s.measure in {"车辆", "通用设备", "专用设备", "专项转移支付项目"} for s in subjects):
                return out
            out.append(lambda d: sets.count(d, dimension=dimension, named=plain))
        has_member = any(s.get("project") for s in subjects)
        conditional = any(f.comparator for f in q.figures) or bool(q.quoted)
        if (q.has("sum") or conditional) and (projects or conditional) and not has_member and about_set:
            out.append(lambda d: sets.add_up(d, dimension=dimension or "project", named=plain))
        if q.has("list") and not has_member:
            out.append(lambda d: sets.listing(d, dimension=dimension, named=plain))
        return out

    def _change(self, desk: Desk) -> Reply | None:
        named = subjects_of(desk.question, self._vocabulary) or desk.inherited[:2]
        if not named:
            spends = bool(re.search("花|用钱|开销", desk.question.text))
            named = [*([] if spends else [Subject("收入", said=True)]), Subject("支出", said=True)]
        funds = [s for s in named if not s.measure and set(dict(s.members)) == {"fund"}]
        wanted = [replace(s, measure="支出") if s in funds else s for s in named]
        return years.change(desk, wanted)

    def _part_of_entity(self, desk: Desk) -> Reply | None:
        """Refuse the figures of a body below the entity that its tables do not tell apart."""
        found = re.search("＃([\u4e00-\u9fff]{2,14})", desk.question.text)
        if found is None or desk.question.has("why", "definition", "indicator", "list"):
            return None
        said = found.group(1)
        end = next((e for e in self._vocabulary.questions["bodies"]["ends"] if e in said), "")
        body = said[: said.index(end) + len(end)] if end else ""
        if not body or any(m.start <= found.start(1) for m in desk.question.mentions if m.target("unit")):
            return None
        if any(m.start < found.start(1) + len(body) and m.end > found.start(1) + 1 for m in desk.question.mentions if m.target("project")):
            return None
        return texts.no_answer(desk, f"{desk.document.entity}的表没有把“{body}”单独列出。")

    def _look_up(self, desk: Desk) -> Reply | None:
        named = subjects_of(desk.question, self._vocabulary)
        if desk.question.residue and not self._residue_is_harmless(desk):
            return None
        counted = re.search(r"(?:多少|几)(?:个)?(批次|人次|平方米|批|人|次)", desk.question.text)
        merged = self._merged(desk, named)
        if counted and all(
            self._vocabulary.measures.get(desk.fit(s).measure or "支出", None) is None
            or self._vocabulary.measures[desk.fit(s).measure or "支出"].kind == "金额"
            for s in merged
        ):
            return texts.no_answer(desk, f"文件没有这一项的{counted.group(1)}数。")
        years = [y.year for y in desk.question.years if y.year]
        earlier = [y for y in years if y != desk.year]
        if desk.question.has("previous") and not years:
            earlier = [desk.year - 1]
        if earlier and not desk.question.has("change"):
            merged = [replace(s, year=max(earlier)) for s in merged]
        return amounts.look_up(desk, self._fund_sides(desk, merged))

    def _look_up_plainly(self, desk: Desk) -> Reply | None:
        """Write down the figures named, where no section of an outline is."""
        return amounts.look_up(desk, self._fund_sides(desk, subjects_of(desk.question, self._vocabulary)))

    def _fund_sides(self, desk: Desk, named: Sequence[Subject]) -> list[Subject]:
        """A fund alone may be income or spending: both are given."""
        out: list[Subject] = []
        for subject in named:
            if not subject.measure and set(dict(subject.members)) == {"fund"}:
                sides = [replace(subject, measure=m) for m in ("收入", "支出")]
                out += [s for s in sides if desk.exists(s)] or [subject]
            else:
                out.append(subject)
        return out

    def _merged(self, desk: Desk, named: list[Subject]) -> list[Subject]:
        """In a follow-up that names only a member, keep the measure and unit of the question before."""
        if not desk.inherited or not desk.question.has("elliptical") or len(named) != 1:
            return named
        before, own = desk.inherited[0], named[0]
        kept = {d: m for d, m in before.members if d not in dict(own.members)}
        joined = replace(
            own, measure=own.measure or before.measure, members=tuple(sorted((kept | dict(own.members)).items()))
        )
        return [joined] if desk.exists(joined) else named

    def _inherited(self, desk: Desk) -> Reply | None:
        if desk.question.residue and not self._residue_is_harmless(desk):
            return None  # 「食堂呢」, 「谢谢」 after 三公经费 are not about it
        subject = desk.inherited[0]
        if len(desk.question.unit_types) == 1:
            subject = replace(subject, unit_type=desk.question.unit_types[0])
        years = [y.year for y in desk.question.years if y.year and y.year != desk.year]
        if desk.question.has("previous"):
            years = [desk.year - 1]
        if years:
            subject = replace(subject, year=years[0])
        return amounts.look_up(desk, [subject])

    def _residue_is_harmless(self, desk: Desk) -> bool:
        """Whether what was not understood is said of the figure in the document itself, or is the entity's name."""
        if desk.question.has("who"):
            return False
        names = "".join((desk.document.entity, *desk.document.entity_names, *(u.name for u in desk.document.units)))
        texts_ = [d.text.replace(" ", "") for d in desk.documents]
        for run in desk.question.residue:
            pairs = [run[i : i + 2] for i in range(len(run) - 1)]
            if all(c in names for c in run) or all(any(p in t for t in texts_) for p in pairs):
                continue
            return False
        return True

    def _fallback(self, desk: Desk) -> Reply:
        for handler in (texts.section_text, performance.ask, texts.search_text):
            reply = handler(desk)
            if reply is not None:
                reply.is_understood = handler is not texts.search_text
                return reply
        lacking = "、".join(f"“{r}”" for r in desk.question.residue[:3])
        reason = (
            f"文件里没有关于{lacking}的内容。"
            if lacking
            else "没有听懂要问哪一个数或哪一段话，请换个说法，写出科目、项目或单位的名称。"
        )
        reply = texts.no_answer(desk, reason)
        reply.is_understood = False
        return reply
