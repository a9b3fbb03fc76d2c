"""What went wrong, as the reader is told: nothing the server said, no address beyond the host, no key."""

from __future__ import annotations

import json
import re
import ssl
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import httpcore
import httpx
import openai

from service.adapters.language_model.completions import DisguisedError, NotACompletionError
from service.adapters.language_model.server import Server
from service.adapters.language_model.transport import (
    OversizedResponseError,
    RefusedResponseError,
    UnknownHostError,
)
from service.domain.errors import (
    ModelBrokenError,
    ModelBusyError,
    ModelError,
    ModelIncompatibleError,
    ModelKeyError,
    ModelNameError,
    ModelOverflowError,
    ModelSlowError,
    ModelUnreachableError,
)

#: How servers say that what was sent is too long: OpenAI, vLLM, DeepSeek and SGLang, llama.cpp and Ollama, DashScope,
#: Gemini, Moonshot, GLM, Mistral, TGI.
_OVERFLOW = re.compile(
    r"context_length_exceeded|string_above_max_length|exceed_context_size|contextwindowexceeded"
    r"|(max(imum)?|model'?s|available|exceeds?( the)?|longer than the( model'?s)?) context[ _-]?(length|size|window)"
    r"|context window exceeds|max(imum)? model length|longer than the (model|max)|input tokens exceed|max message tokens"
    r"|(prompt|input|tokens)\b.{0,60}?\btoo (long|large)|too large for model with|`inputs` tokens|max input characters"
    r"|range of input length|input length .{0,40}exceed|input exceeds|token count .{0,40}exceeds"
    r"|exceeded model token limit|prompt (exceeds|超长)|exceeds max length"
    r"|(输入|上下文|内容|文本).{0,12}(超长|过长|超过|超出)"
)
_TOOLS = re.compile(r"\btools?\b|tool[_ ](choice|calls?|use)|\bfunctions?\b|function[_ ]call|工具")
_QUOTA = re.compile(
    r"insufficient[_ ](quota|balance|user_quota|credits?)|exceeded your current quota|quota (exceeded|exhausted|limit)"
    r"|allocationquota|arrearage|good standing|billing|余额不足|欠费|额度|配额"
)
_KEY = re.compile(
    r"(invalid|incorrect|wrong|missing|no)[_ ]api[_ -]?key|api[_ ]key (not valid|is invalid)|invalid_api_key|authenticat"
)
_NAME = re.compile(
    r"model[_.]?not[_ ]?found|model[ _]not[ _]exist|no such model|unknown model|invalid model|not a valid model"
    r"|model\b.{0,90}?(does not exist|doesn't exist|not exist|not found|is not available|无可用渠道)"
    r"|(模型).{0,60}(不存在|未找到|无可用渠道)"
)
_PATH = re.compile(
    r"invalid url|unknown (url|route|path|request url)|no route|unexpected endpoint|cannot post|unrecognized request url"
)
_FILTERED = re.compile(
    r"content_filter|content[_ ]policy|content exists risk|data_?inspection|inappropriate content|sensitive (word|content)"
    r"|敏感|不合规|违规|不安全"
)
#: Other breaches of the protocol mean that something else than a web server listens there.
_DISCONNECTED = re.compile(r"disconnected|closed connection|incomplete|connection lost", re.IGNORECASE)
_LOOKED_AT = 20_000
_ENCRYPTION = "加密连接不成功，请核对地址以 http:// 还是 https:// 开头、证书是否可信"
_PROXY = "代理服务器不通，见 HTTPS_PROXY 或 HTTP_PROXY"


@dataclass(frozen=True, slots=True)
class Failure:
    """A failure of one request.

    Attributes:
        error: What to tell.
        again: Whether the same request may succeed a moment later.
        wait: Seconds to wait before, where the server named them.
        lasting: Whether the next requests will fail for the same reason.
        tools: Whether it may be the tools that the server does not take.
        large: Whether less at a time may be taken.
    """

    error: ModelError
    again: bool = False
    wait: float | None = None
    lasting: bool = False
    tools: bool = False
    large: bool = False


@dataclass(frozen=True, slots=True)
class _Said:
    """An error as a server put it; it is looked at, never repeated.

    Attributes:
        status: Of the response, or what the error says in its place; 0 for none.
        words: What it says, in lower case.
        proper: Whether it is an error as OpenAI has it.
        object: Whether it is a JSON object at all.
        wait: Seconds to wait.
    """

    status: int
    words: str
    proper: bool
    object: bool
    wait: float | None = None


def failure_of(error: Exception, server: Server, model: str) -> Failure:
    """Return what *error*, raised while *model* of *server* was asked, means.

    Any exception there is has its meaning; what is unknown is a reply that broke off.
    """
    about = _Messages(server, model)
    if isinstance(error, openai.APIStatusError):
        return _refused(_said(error.response), about)
    if isinstance(error, DisguisedError):
        return _refused(_read(error.body, 0), about)
    for cause in _causes(error):
        known = _known(cause, about)
        if known is not None:
            return known
    return Failure(about.broken(f"程序处理回应时出错（{type(list(_causes(error))[-1]).__name__}）"))


def slow(server: Server, model: str) -> Failure:
    """Return what it means that the time is up."""
    return Failure(_Messages(server, model).slow())


def unusable(server: Server, model: str, reason: str) -> Failure:
    """Return what it means that a reply holds nothing usable, for the *reason* given in Chinese."""
    return Failure(_Messages(server, model).broken(reason))


def foreseen(server: Server, model: str) -> Failure | None:
    """Return what can be seen to be wrong without a request: a key that cannot be sent, an address that is none."""
    about = _Messages(server, model)
    if not (server.key.isascii() and server.key.isprintable()):
        return Failure(about.unsendable_key(), lasting=True)
    try:
        proper = bool(httpx.URL(server.base).host) and urlsplit(server.url).port != 0
    except (httpx.InvalidURL, ValueError):
        proper = False
    return None if proper else Failure(about.unreachable("地址写法有误"), lasting=True)


class _Messages:
    """The errors about one model of one server, worded."""

    def __init__(self, server: Server, model: str) -> None:
        self.server = server
        self.model = model[:60]
        self.where = f"{server.kind}服务 {server.host}"
        self.address = f"{server.prefix}_BASE_URL"
        self.name = f"{server.prefix}_MODEL"

    def unreachable(self, reason: str) -> ModelUnreachableError:
        return ModelUnreachableError(
            f"连不上{self.where}（{reason}）。请确认服务已启动、网络可达，并检查 {self.address}。"
        )

    def key(self, status: int) -> ModelKeyError:
        given = "密钥" if self.server.key else "没有密钥的请求"
        return ModelKeyError(
            f"{self.where} 不接受{given}（状态{status}）。请检查 {self.server.prefix}_API_KEY，以及它能否使用模型“{self.model}”。"
        )

    def unsendable_key(self) -> ModelKeyError:
        return ModelKeyError(
            f"密钥里有不能用的字符，没有发给{self.where}。请检查 {self.server.prefix}_API_KEY，只填密钥本身。"
        )

    def unknown_name(self) -> ModelNameError:
        roles = "（或各环节的 YOUJU_LLM_UNDERSTAND_MODEL、YOUJU_LLM_ANSWER_MODEL、YOUJU_LLM_DRAFT_MODEL）"
        return ModelNameError(
            f"{self.where} 没有名为“{self.model}”的模型。请检查 {self.name}{roles if self.server.prefix == 'YOUJU_LLM' else ''}，"
            "名称要与服务列出的一致。"
        )

    def incompatible(self, reason: str) -> ModelIncompatibleError:
        return ModelIncompatibleError(
            f"{self.where} 的回应不合OpenAI接口（{reason}）。请检查 {self.address}：地址通常以 /v1 结尾，如 https://主机/v1。"
        )

    def request_refused(self, status: int) -> ModelIncompatibleError:
        adjust = "可用 YOUJU_LLM_EXTRA_BODY 按服务的说明调整，或" if self.server.prefix == "YOUJU_LLM" else "可"
        return ModelIncompatibleError(
            f"{self.where} 不接受这次请求（状态{status}）。多半是服务或模型“{self.model}”不认某个参数，{adjust}换用别的模型（{self.name}）。"
        )

    def overflow(self) -> ModelOverflowError:
        return ModelOverflowError(
            f"发给模型“{self.model}”（{self.server.host}）的内容超过它能接受的长度。"
            f"请换用上下文更长的模型（{self.name}），或在服务端调大上下文长度。"
        )

    def busy(self, status: int, wait: float | None) -> ModelBusyError:
        when = f"，它要求等{min(round(wait), 999_999)}秒" if wait else ""
        return ModelBusyError(
            f"{self.where} 正忙或限制了请求次数（状态{status}{when}）。请稍后再问，或请管理员调高服务的限额。"
        )

    def quota(self, status: int) -> ModelBusyError:
        return ModelBusyError(
            f"{self.where} 的额度已用完或账户欠费（状态{status}）。请充值，或换用别的密钥（{self.server.prefix}_API_KEY）。"
        )

    def slow(self, status: int = 0) -> ModelSlowError:
        late = f"没有答完，服务自己已超时（状态{status}）" if status else f"没有在{self.server.seconds:g}秒内答完"
        return ModelSlowError(
            f"模型“{self.model}”（{self.server.host}）{late}。请换用更快的模型（{self.name}），或调大 YOUJU_LLM_SECONDS。"
        )

    def broken(self, reason: str) -> ModelBrokenError:
        return ModelBrokenError(
            f"模型“{self.model}”（{self.server.host}）没有给出能用的回答：{reason}。可以重试；若常常如此，请换用别的模型（{self.name}）。"
        )


def _known(cause: BaseException, about: _Messages) -> Failure | None:
    """Return what an exception that is no answer of the server means, None where its causes tell more."""
    match cause:
        case RefusedResponseError():
            return Failure(about.incompatible(cause.reason), lasting=True)
        case OversizedResponseError():
            return Failure(about.broken("回应太大"))
        case (
            NotACompletionError() | json.JSONDecodeError() | UnicodeDecodeError() | openai.APIResponseValidationError()
        ):
            return Failure(about.incompatible("给的不是接口该给的结果"), lasting=True)
        case httpcore.ConnectTimeout() | httpx.ConnectTimeout():
            return Failure(about.unreachable("连接超时"), lasting=True)
        case httpcore.ProxyError() | httpx.ProxyError():
            return Failure(about.unreachable(_PROXY), lasting=True)
        case UnknownHostError():
            return Failure(about.unreachable("找不到这个主机名"), again=True, lasting=True)
        case httpcore.ConnectError() | httpx.ConnectError():
            if any(isinstance(each, ssl.SSLError) for each in _causes(cause)):
                return Failure(about.unreachable(_ENCRYPTION), lasting=True)
            return Failure(about.unreachable("连接被拒绝"), again=True, lasting=True)
        case httpcore.TimeoutException() | httpx.TimeoutException():
            return Failure(about.slow())
        case httpx.InvalidURL() | httpcore.UnsupportedProtocol() | httpx.UnsupportedProtocol():
            return Failure(about.unreachable("地址写法有误"), lasting=True)
        case httpcore.RemoteProtocolError() if not _DISCONNECTED.search(str(cause)):
            return Failure(about.incompatible("不是HTTP"), lasting=True)
        case httpcore.NetworkError() | httpcore.ProtocolError() | httpx.TransportError():
            return Failure(about.broken("连接中途断开"), again=True)
    return None


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an exception and what it came from, the outermost first."""
    current: BaseException | None = error
    for _ in range(12):
        if current is None:
            return
        yield current
        current = current.__cause__ or current.__context__


def _refused(said: _Said, about: _Messages) -> Failure:
    """Return what an answer of the server that is an error means."""
    status, words = said.status, said.words
    tools = status in (0, 400, 404, 422, 500, 501) and bool(_TOOLS.search(words))
    if status == 413 or (status != 429 and _OVERFLOW.search(words)):
        return Failure(about.overflow(), large=True)
    if status == 402 or (status in (0, 400, 403, 429) and _QUOTA.search(words)):
        return Failure(about.quota(status or 200))
    if status in (401, 403) or (status in (0, 400) and _KEY.search(words)):
        return Failure(about.key(status or 200), lasting=True)
    if status == 407:
        return Failure(about.unreachable(_PROXY), lasting=True)
    if (status == 404 and not said.proper) or (status in (0, 404) and _PATH.search(words)):
        return Failure(about.incompatible(f"没有这个地址，状态{status or 200}"), lasting=True, tools=tools)
    if status == 404 or _NAME.search(words):
        return Failure(about.unknown_name(), lasting=True, tools=tools)
    if status in (408, 504):
        return Failure(about.slow(status), again=True, wait=said.wait)
    return _unwilling(said, about, tools)


def _unwilling(said: _Said, about: _Messages, tools: bool) -> Failure:
    """Return what an error means that is about neither key, name, address nor length."""
    status = said.status
    if status in (429, 503, 529):
        return Failure(about.busy(status, said.wait), again=True, wait=said.wait)
    if status >= 500:
        return Failure(about.broken(f"服务内部出错，状态{status}"), again=True, wait=said.wait, tools=tools)
    if _FILTERED.search(said.words):
        return Failure(about.broken("服务的内容审核拦下了它"))
    if status in (0, 400, 422) and said.object:
        return Failure(about.request_refused(status or 200), tools=tools, large=True)
    return Failure(about.incompatible(f"状态{status or 200}"), lasting=True)


def _said(response: httpx.Response) -> _Said:
    try:
        body: object = json.loads(response.text[:_LOOKED_AT])
    except (ValueError, RecursionError, httpx.ResponseNotRead):
        body = None
    return _read(body, response.status_code, _wait(response.headers))


def _read(body: object, status: int, wait: float | None = None) -> _Said:
    """Read an error object: that of OpenAI, one without ``error`` around it (vLLM), or a mere text (Ollama)."""
    found = body.get("error", body) if isinstance(body, Mapping) else body
    if isinstance(found, str):
        # A text is an error only under the name of one.
        return _Said(status, found.lower(), isinstance(body, Mapping), isinstance(body, Mapping), wait)
    if not isinstance(found, Mapping):
        return _Said(status, "", proper=False, object=False, wait=wait)
    words = " ".join(str(found.get(each) or "") for each in ("message", "code", "type", "param")).lower()
    code = found.get("code")
    if not status and isinstance(code, int) and 400 <= code < 600:
        status = code
    return _Said(status, words, isinstance(found.get("message"), str), object=True, wait=wait)


def _wait(headers: Mapping[str, str]) -> float | None:
    """Return the seconds of a ``Retry-After``, given in seconds or as a date; None where there is none to be read."""
    text = headers.get("retry-after", "").strip()
    if text.replace(".", "", 1).isdecimal():
        return float(text[:20])
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
