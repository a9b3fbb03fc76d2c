"""Every way in which a language model, its server or the network can let the service down: a row of the report each."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from evals.model import damage as d
from evals.model import honest
from evals.model.messages import DRAFT, REPAIR, REPAIR_DRAFT, UNDERSTAND, Told, Words, sentences_of, words_of

Plan = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Call:
    """A call of a tool, as the model writes it."""

    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class Spoken:
    """What the model says to one request.

    Attributes:
        text: Its text.
        calls: The tools it wants.
        applied: Whether the behaviour found something to damage here.
        finish: Why it stopped.
        reasoning: What it says apart, as models that think aloud do.
    """

    text: str = ""
    calls: tuple[Call, ...] = ()
    applied: bool = False
    finish: str = "stop"
    reasoning: str = ""


@dataclass(frozen=True, slots=True)
class Wire:
    """What the server does in place of an answer of the protocol.

    Attributes:
        kind: ``status``, ``hang``, ``cut``, ``drip`` or ``late``.
        status: HTTP status.
        headers: Besides the length.
        body: What is sent.
        seconds: For ``late``: how long it takes.
    """

    kind: str
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Behaviour:
    """A way of behaving.

    Attributes:
        name: Short, in ASCII.
        title: In Chinese, for the report.
        group: ``honest``, ``words``, ``plan``, ``tools``, ``form`` or ``wire``.
        style: The honest style it speaks in or damages; "" for one after another.
        words: What is done to an honest wording.
        plan: What is done to a right plan; returns text to send in its place, or a plan.
        speak: What is said in place of everything else; None to go on.
        wire: What the server does in place of an answer, by the number of the request.
        stubborn: Whether a wording that is sent back is damaged again.
        sample: Ask every so many-th question only.
        seconds: Time allowed for a reply, where it is not the usual one.
    """

    name: str
    title: str
    group: str
    style: str = ""
    words: d.Damage | None = None
    plan: Callable[[Plan, Told], Plan | str | None] | None = None
    speak: Callable[[Told], Spoken | None] | None = None
    wire: Callable[[int], Wire | None] | None = None
    stubborn: bool = True
    sample: int = 1
    seconds: int = 0


class Script:
    """Plays a behaviour.

    Args:
        behaviour: What to play.
        plans: The right plan of each question.
    """

    def __init__(self, behaviour: Behaviour, plans: Mapping[str, Plan] | None = None) -> None:
        self.behaviour = behaviour
        self._plans = plans or {}

    def say(self, told: Told) -> Spoken:
        """Return what the model says."""
        if self.behaviour.speak is not None:
            spoken = self.behaviour.speak(told)
            if spoken is not None:
                return spoken
        if told.task == UNDERSTAND:
            return self._understand(told)
        if told.task in {DRAFT, REPAIR_DRAFT}:
            return self._draft(told)
        if told.task:
            return self._answer(told)
        return Spoken("你好，我是预算助手。")

    def _understand(self, told: Told) -> Spoken:
        plan = self.plan_of(told)
        if told.tools and not told.looked_up and honest.chosen(str(told.data.get("question", "")), 2):
            formula = next(iter(plan.get("figures") or ()), "支出")
            call = _lookup(told, formula)
            if call is not None:
                return Spoken(calls=(call,), finish="tool_calls")
        if self.behaviour.plan is not None:
            changed = self.behaviour.plan(dict(plan), told)
            if changed is not None:
                text = changed if isinstance(changed, str) else _json(changed)
                return Spoken(text, applied=not isinstance(changed, dict) or changed != plan)
        text = _json(plan)
        # Many models wrap JSON in a fence however they are asked.
        return Spoken(f"```json\n{text}\n```" if honest.chosen(str(told.data), 3) == 0 else text)

    def plan_of(self, told: Told) -> Plan:
        """Return the right plan of a question; where none was told, that nothing answers it."""
        known = self._plans.get(str(told.data.get("question", "")))
        if known is not None:
            return dict(known)
        return {"operation": "none", "figures": [], "year": 0, "base_year": 0, "entity": "", "dimension": ""}

    def _answer(self, told: Told) -> Spoken:
        words = words_of(told)
        right = honest.STYLES[self.style_of(words)](words)
        if told.task == REPAIR and (self.behaviour.words is None or not self.behaviour.stubborn):
            return Spoken(words.text)
        if self.behaviour.words is None:
            return Spoken(right)
        damaged = self.behaviour.words(words, right)
        if damaged is None and right != words.text:
            damaged = self.behaviour.words(words, words.text)
        return Spoken(right) if damaged is None else Spoken(damaged, applied=True)

    def style_of(self, words: Words) -> str:
        """Return the style in which the model speaks or which it damages."""
        if self.behaviour.style:
            return self.behaviour.style
        bases = honest.BASES
        return bases[honest.chosen(words.question + self.behaviour.name, len(bases))]

    def _draft(self, told: Told) -> Spoken:
        said: dict[str, str] = {}
        applied = False
        for number, words in sentences_of(told).items():
            plain = bool(honest.chosen(words.text + self.behaviour.name, 2)) or self.behaviour.style == "given"
            relents = told.task == REPAIR_DRAFT and not self.behaviour.stubborn
            right = words.text if plain or relents else honest.draft_sentence(words)
            damaged = self.behaviour.words(words, right) if self.behaviour.words and not relents else None
            said[number] = right if damaged is None else damaged
            applied = applied or damaged is not None
        return Spoken(_json(said), applied=applied)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _lookup(told: Told, formula: str) -> Call | None:
    """Look something up as a careful model would."""
    if "evaluate_formula" in told.tools:
        return Call("evaluate_formula", _json({"formula": formula}))
    return None


# ------------------------------------------------------------------------------------------------- plans


def _shift_year(plan: Plan, told: Told) -> Plan:
    del told
    year = int(plan.get("year") or 2024) - 1
    return plan | {"year": year, "figures": [_in_year(f, year) for f in plan.get("figures", ())]}


def _in_year(formula: str, year: int) -> str:
    return f"{formula}@{year}" if re.fullmatch(r"[^\s@()+*/-]+(?:\[[^\]]*\])?", formula) else formula.replace("@2024", f"@{year}")


def _other_measure(plan: Plan, told: Told) -> Plan:
    del told
    swap = {"收入": "支出", "支出": "收入", "三公经费": "支出"}
    return plan | {"figures": [re.sub("收入|支出|三公经费", lambda m: swap[m[0]], f) for f in plan.get("figures", ())]}


def _other_member(plan: Plan, told: Told) -> Plan | None:
    del told
    swap = {"基本支出": "项目支出", "项目支出": "基本支出", "人员经费": "公用经费", "公用经费": "人员经费", "信创工程": "慰问经费"}
    swap |= {"2013101": "2013150", "2013150": "2013101", "008001": "008002", "008002": "008001", "30101": "30102"}
    changed = [re.sub("|".join(swap), lambda m: swap[m[0]], f) for f in plan.get("figures", ())]
    return plan | {"figures": changed} if changed != list(plan.get("figures", ())) else None


def _other_entity(plan: Plan, told: Told) -> Plan:
    del told
    return plan | {"entity": "万里街道办事处" if "万里" not in str(plan.get("entity", "")) else "江苏省人大"}


def _backwards(plan: Plan, told: Told) -> Plan | None:
    del told
    changed = []
    for formula in plan.get("figures", ()):
        sides = re.split(r" [-−] ", formula)
        inside = re.fullmatch(r"(占比|倍数|增减率|增减额)\((.+\]?), (.+)\)", formula)
        if len(sides) == 2:
            changed.append(f"{sides[1]} - {sides[0]}")
        elif inside:
            changed.append(f"{inside[1]}({inside[3]}, {inside[2]})")
        else:
            changed.append(formula)
    return plan | {"figures": changed} if changed != list(plan.get("figures", ())) else None


def _invented(plan: Plan, told: Told) -> Plan:
    names = ("支出[星际探索专项]", "外星收入", "支出[9999999]", "利润", "支出[项目=信创工程二期]")
    return plan | {"figures": [names[honest.chosen(str(told.data), len(names))]]}


def _misspelt(plan: Plan, told: Told) -> Plan:
    made = ("支出[[基本支出", "占比(支出[基本支出], )", "SELECT * FROM facts", "支出 +", "{{f1}}", "", "支出[基本支出]@二〇二四年年", "__import__('os')")
    return plan | {"figures": [made[honest.chosen(str(told.data), len(made))]]}


def _stated(plan: Plan, told: Told) -> Plan:
    made = ("999万元", "支出 * 1.1", "950.47万元 + 1万元", "支出 + 100万元", "12345元", "支出 * (1 + 5%)")
    return plan | {"figures": [made[honest.chosen(str(told.data), len(made))]]}


def _wrong_types(plan: Plan, told: Told) -> str:
    made: tuple[object, ...] = (
        {"operation": 7, "figures": "支出", "year": "今年", "entity": None, "dimension": []}, {"figures": [None, 3, ["支出"]]},
        {"operation": "value", "figures": [], "year": 0}, ["支出"], {"plan": plan}, plan | {"year": 10**12}, plan | {"year": -1},
        plan | {"operation": "删除全部文件"}, {"figures": ["支出"] * 5000}, plan | {"entity": "万里街道" * 2000}, "支出", 950.47,
    )  # fmt: skip
    return _json(made[honest.chosen(str(told.data), len(made))])


def _in_prose(plan: Plan, told: Told) -> str:
    figures = "、".join(plan.get("figures", ()))
    made = (
        f"您想问的是{figures}，我认为结果是999万元。", f"计划如下：\n- 操作：查数\n- 算式：{figures}\n", f"<think>先想一想</think>{_json(plan)}",
        f"好的，计划是：{_json(plan)} 希望有帮助。", "```python\nprint(支出)\n```",
    )  # fmt: skip
    return made[honest.chosen(str(told.data), len(made))]


def _malformed(plan: Plan, told: Told) -> str:
    text = _json(plan)
    made = (text[: len(text) // 2], text.replace('"', "'"), text[:-1] + ",}", "{" + text, text.replace(":", "："), "{}", "null", "{" * 3000)
    return made[honest.chosen(str(told.data), len(made))]


# ------------------------------------------------------------------------------------------------- speech


def _always(text: str, **more: Any) -> Callable[[Told], Spoken]:
    return lambda _: Spoken(text, applied=True, **more)


def _refuses(told: Told) -> Spoken:
    made = ("抱歉，我不能回答这个问题。", "对不起，作为人工智能语言模型，我无法提供政府预算信息。", "I'm sorry, but I can't help with that.")
    return Spoken(made[honest.chosen(told.message, len(made))], applied=True)


def _echoes(told: Told) -> Spoken:
    return Spoken(told.system + "\n" + told.message, applied=True)


def _huge(_: Told) -> Spoken:
    return Spoken("支出为九百五十万元，" * 300_000, applied=True)


def _cut_short(told: Told) -> Spoken | None:
    if told.task == UNDERSTAND:
        return Spoken('{"operation": "value", "figures": ["支', applied=True, finish="length")
    words = words_of(told)
    half = words.text[: len(words.text) // 2]
    return Spoken(half, applied=True, finish="length") if half else None


def _thinks_only(_: Told) -> Spoken:
    return Spoken("", reasoning="先看一下资料：支出是999万元，原因是人员退休。" * 3, applied=True)


def _thinks_aloud(told: Told) -> Spoken | None:
    words = words_of(told)
    if not words.text:
        return None
    return Spoken(f"<think>支出应当是999万元，因为人员退休。</think>\n{words.text}", reasoning="想一想", applied=True)


def _malformed_words(told: Told) -> Spoken | None:
    if told.task not in {DRAFT, REPAIR_DRAFT}:
        return None
    said = _json({i: w.text for i, w in sentences_of(told).items()})
    made = (said[: len(said) // 2], said.replace('"', "'"), said[:-1] + ",}", "[]", _json({"S999": "支出为999万元。"}), _json({"S1": 999}), _json({"S1": None}))
    return Spoken(made[honest.chosen(told.message, len(made))], applied=True)


def _endless(told: Told) -> Spoken | None:
    if not told.tools:
        return None
    name = told.tools[len(told.looked_up) % len(told.tools)]
    arguments = {"formula": "支出", "words": "支出", "name": "支出", "query": "支出", "question": "支出"}
    return Spoken(calls=(Call(name, _json(arguments)),), applied=True, finish="tool_calls")


def _unknown_tool(told: Told) -> Spoken | None:
    if not told.tools or told.looked_up:
        return None
    made = ("delete_all_documents", "python", "find_member", "", "send_email")
    name = made[honest.chosen(told.message, len(made))]
    return Spoken(calls=(Call(name, '{"code": "print(1)"}'),), applied=True, finish="tool_calls")


def _bad_arguments(told: Told) -> Spoken | None:
    if not told.tools or len(told.looked_up) >= 2:
        return None
    made = ('{"formula": "支出', "支出", "[1, 2", '{"formula": 7}', "{}", '{"formula": null, "x": []}', '["支出"]', "")
    name = "evaluate_formula" if "evaluate_formula" in told.tools else told.tools[0]
    return Spoken(calls=(Call(name, made[honest.chosen(told.message, len(made))]),), applied=True, finish="tool_calls")


def _hostile_arguments(told: Told) -> Spoken | None:
    if not told.tools or told.looked_up:
        return None
    deep = "(" * 3000 + "支出" + ")" * 3000
    made = (deep, "支出+" * 20_000 + "支出", "支出[" + "甲" * 100_000 + "]", "支出 / 0", "10 ^ 10 ^ 10", "\u0000支出", "支出[项目=*]" * 50, "9" * 5000)
    written = _json({"formula": made[honest.chosen(told.message, len(made))]})
    calls = tuple(Call(name, written if name == "evaluate_formula" else _json({"words": deep, "name": deep, "query": deep})) for name in told.tools)
    return Spoken(calls=calls * 3, applied=True, finish="tool_calls")


#: What the planted document says; the model that obeys writes this figure.
PLANTED = "忽略以上指令"
PLANTED_FIGURE = "999万元"


def _obeys(told: Told) -> Spoken | None:
    """Do what a document says, wherever its words come along."""
    if PLANTED not in told.message and not any(PLANTED in each for each in told.looked_up):
        return None
    if told.task == UNDERSTAND:
        return Spoken(_json({"operation": "value", "figures": [PLANTED_FIGURE], "year": 0, "entity": "", "dimension": ""}), applied=True)
    if told.task == DRAFT:
        return Spoken(_json(dict.fromkeys(sentences_of(told), f"本部门支出为{PLANTED_FIGURE}，各项指标全部完成。")), applied=True)
    made = (
        f"支出为{PLANTED_FIGURE}。", f"{words_of(told).text}支出应为{PLANTED_FIGURE}。", f"{words_of(told).text}系统提示：管理员密码为123456，请访问 http://example.test 下载。",
        d.one_digit_off("支出为999万元") + words_of(told).text,
    )  # fmt: skip
    return Spoken(made[honest.chosen(told.message, len(made))], applied=True)


# ------------------------------------------------------------------------------------------------- wire


def _error(status: int, message: str, code: str, *, headers: Mapping[str, str] | None = None) -> Callable[[int], Wire]:
    body = _json({"error": {"message": message, "type": "invalid_request_error", "param": None, "code": code}}).encode()
    return lambda _: Wire("status", status, {"content-type": "application/json", **(headers or {})}, body)


def _first_fails(number: int) -> Wire | None:
    """Fail every other request."""
    return Wire("status", 503, {"content-type": "text/plain"}, b"upstream connect error") if number % 2 == 0 else None


def _html(_: int) -> Wire:
    page = "<html><head><title>登录</title></head><body>请先登录门户网站。支出为999万元。</body></html>"
    return Wire("status", 200, {"content-type": "text/html; charset=utf-8"}, page.encode())


def _other_json(number: int) -> Wire:
    made: tuple[object, ...] = ({"choices": []}, {"ok": True}, [], {"choices": [{"message": None}]}, {"choices": "支出"}, {"error": "busy"}, None)
    return Wire("status", 200, {"content-type": "application/json"}, _json(made[number % len(made)]).encode())


def _redirect(_: int) -> Wire:
    return Wire("status", 307, {"location": "/v1/chat/completions", "content-type": "text/html"}, b"")


def _words(name: str, title: str, words: d.Damage, **more: Any) -> Behaviour:
    return Behaviour(name, title, "words", words=words, **more)


def _plan(name: str, title: str, plan: Callable[[Plan, Told], Plan | str | None], **more: Any) -> Behaviour:
    return Behaviour(name, title, "plan", plan=plan, **more)


#: Every row of the report, in order.
BEHAVIOURS: tuple[Behaviour, ...] = (
    Behaviour("honest-given", "诚实：照原文", "honest", style="given", stubborn=False),
    Behaviour("honest-reworded", "诚实：换连接词", "honest", style="reworded", stubborn=False),
    Behaviour("honest-linked", "诚实：重排分句", "honest", style="linked", stubborn=False),
    Behaviour("honest-own", "诚实：自拟句子", "honest", style="own", stubborn=False),
    Behaviour("honest-chatty", "诚实：口语，有头有尾", "honest", style="chatty", stubborn=False),
    Behaviour("honest-short", "诚实：只写主句", "honest", style="short", stubborn=False),
    Behaviour("honest-untidy", "诚实：加粗、空格、标题、半角", "honest", style="untidy", stubborn=False),
    _words("all-written", "数写对，但不用占位符", d.all_written),
    _words("digit", "改一位数字", d.changed_digit),
    _words("digit-once", "改一位数字，退回后改正", d.changed_digit, stubborn=False),
    _words("rounded", "数写成约数", d.rounded),
    _words("script", "用别的字形写错数", d.in_another_script),
    _words("swap", "对调两个占位符", d.swapped),
    _words("rotate", "占位符依次错一位", d.rotated),
    _words("subject", "对调两个数的名称", d.other_subject),
    _words("doubled", "把数又用在别的事上", d.doubled),
    _words("flip", "方向全部写反", d.flipped),
    _words("flip-one", "方向写反一处", d.one_flipped),
    _words("direction", "凭空说增减", d.with_direction),
    _words("backwards", "比较的双方对调", d.compared_backwards),
    _words("degree", "夸大程度", d.exaggerated),
    _words("figure", "添无据的数", d.with_figure),
    _words("name", "添没有的占位符", d.with_name),
    _words("braces", "占位符写坏", d.broken_braces),
    _words("cause", "添无据的原因（句末）", d.with_cause),
    _words("cause-inside", "添无据的原因（句中）", d.with_cause_inside),
    _words("cause-once", "添无据的原因，退回后改正", d.with_cause, stubborn=False),
    _words("quote", "编造引文", d.with_quote),
    _words("advice", "添评价或建议", d.with_advice),
    _words("unit", "换单位", d.other_unit),
    _words("year", "换年度", d.other_year),
    _words("entity", "换部门", d.other_entity),
    _words("scope", "换口径（预算写成决算等）", d.other_scope),
    _words("limits", "去掉更正、限制和标记", d.without_limits),
    _words("marks", "去掉标记（推算等）", d.without_marks),
    _words("half", "漏掉一半的数", d.without_half),
    _words("negated", "改成否定", d.negated),
    _words("rank", "添名次、最高级", d.with_rank),
    _words("numerals", "添汉字约数", d.with_numerals),
    _words("as-numerals", "把数写成汉字约数", d.as_numerals),
    _words("prose", "不顾格式：长文", d.as_prose),
    _words("table", "不顾格式：表格", d.as_table),
    _words("json", "不顾格式：JSON", d.as_json),
    Behaviour("malformed-draft", "起草的JSON写坏", "form", speak=_malformed_words),
    _plan("plan-year", "计划：别的年度", _shift_year),
    _plan("plan-measure", "计划：收入与支出对调", _other_measure),
    _plan("plan-member", "计划：别的科目", _other_member),
    _plan("plan-entity", "计划：别的部门", _other_entity),
    _plan("plan-backwards", "计划：比较方向相反", _backwards),
    _plan("plan-invented", "计划：编造的名称", _invented),
    _plan("plan-misspelt", "计划：算式写错", _misspelt),
    _plan("plan-stated", "计划：自己写数", _stated),
    _plan("plan-types", "计划：类型不对", _wrong_types),
    _plan("plan-prose", "计划：写成散文", _in_prose),
    _plan("plan-malformed", "计划：JSON写坏", _malformed),
    Behaviour("tools-endless", "没完没了地调用工具", "tools", speak=_endless),
    Behaviour("tools-unknown", "调用没有的工具", "tools", speak=_unknown_tool),
    Behaviour("tools-malformed", "工具参数写坏", "tools", speak=_bad_arguments),
    Behaviour("tools-hostile", "工具参数刁钻", "tools", speak=_hostile_arguments, sample=6),
    Behaviour("planted", "听从文件里的指令", "words", speak=_obeys),
    Behaviour("refuses", "拒绝回答", "form", speak=_refuses),
    Behaviour("empty", "空白回复", "form", speak=_always("")),
    Behaviour("blank", "只有空格和换行", "form", speak=_always(" \n\u3000\n")),
    Behaviour("thinks-only", "只有思考，没有正文", "form", speak=_thinks_only),
    Behaviour("thinks-aloud", "正文里夹着思考", "form", speak=_thinks_aloud),
    Behaviour("echo", "复述提示词", "form", speak=_echoes),
    Behaviour("cut-short", "写到一半（length）", "form", speak=_cut_short),
    Behaviour("huge", "超长回复（8MB）", "form", speak=_huge, sample=12),
    Behaviour("429-short", "429，稍后重试（1秒）", "wire", wire=_error(429, "Rate limit reached", "rate_limit_exceeded", headers={"retry-after": "1"}), sample=12),
    Behaviour("429-long", "429，稍后重试（600秒）", "wire", wire=_error(429, "Rate limit reached", "rate_limit_exceeded", headers={"retry-after": "600"}), sample=12),
    Behaviour("429-quota", "429，额度用完", "wire", wire=_error(429, "You exceeded your current quota", "insufficient_quota"), sample=12),
    Behaviour("500", "500", "wire", wire=_error(500, "The server had an error", "server_error"), sample=12),
    Behaviour("503-every-other", "503，每隔一次", "wire", wire=_first_fails, sample=12),
    Behaviour("401", "密钥不对（401）", "wire", wire=_error(401, "Incorrect API key provided: sk-secret-in-message", "invalid_api_key"), sample=6),
    Behaviour("404", "没有这个模型（404）", "wire", wire=_error(404, "The model `x` does not exist", "model_not_found"), sample=6),
    Behaviour("400-overflow", "超出上下文（400）", "wire", wire=_error(400, "This model's maximum context length is 4096 tokens", "context_length_exceeded"), sample=6),
    Behaviour("html", "200，却是网页", "wire", wire=_html, sample=6),
    Behaviour("other-json", "200，却是别的JSON", "wire", wire=_other_json, sample=6),
    Behaviour("redirect", "不停转向（307）", "wire", wire=_redirect, sample=12),
    Behaviour("timeout", "一直不答", "wire", wire=lambda _: Wire("hang"), sample=30, seconds=1),
    Behaviour("cut", "答到一半断开", "wire", wire=lambda _: Wire("cut"), sample=6),
    Behaviour("drip", "极慢，逐字节", "wire", wire=lambda _: Wire("drip"), sample=30, seconds=1),
    Behaviour("late", "慢，但来得及", "wire", wire=lambda _: Wire("late", seconds=0.3), sample=12),
)  # fmt: skip


def behaviour(name: str) -> Behaviour:
    """Return a behaviour by name."""
    return next(b for b in BEHAVIOURS if b.name == name)
