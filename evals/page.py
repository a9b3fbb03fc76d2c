"""Measure the page in a browser: its weight, how soon it is seen, how soon an answer is. Run: ``make bench-page``."""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evals.cases import load_cases, suite_path
from evals.runner import REPORTS, ROOT, commit_of, percentile
from evals.seed import seed_document, seed_path
from tests.browser.chromium import MISSING, USUAL, launch, program, window
from tests.browser.services import Service, ingest
from tests.browser.watching import Watch

if TYPE_CHECKING:
    from playwright.sync_api import Browser, CDPSession, Page

LOADS, QUESTIONS = 3, 20
WAIT_MS = 30_000
_QUIET_S, _MOST_SETTLE_S = 0.6, 30.0
_KB = 1024
#: Runs before everything else of a page. The browser tells what it saw, also what it saw before it was asked.
_OBSERVE = """
globalThis.seen = {paint: 0, largest: 0, shift: 0, long: []};
const on = (type, take) => new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({type, buffered: true});
on("paint", (each) => { if (each.name === "first-contentful-paint") seen.paint = each.startTime; });
on("largest-contentful-paint", (each) => { seen.largest = each.startTime; });
on("layout-shift", (each) => { if (!each.hadRecentInput) seen.shift += each.value; });
on("longtask", (each) => { seen.long.push(each.duration); });
"""


@dataclass(frozen=True, slots=True)
class Pace:
    """A machine and a network.

    Attributes:
        name: Of the table in the report.
        slower: How many times slower the processor is made.
        latency_ms: Added to every request.
        bytes_per_s: Of the network; 0 for no limit.
    """

    name: str
    slower: int = 1
    latency_ms: int = 0
    bytes_per_s: int = 0


#: The second is what Lighthouse calls a mobile phone on slow 4G.
PACES = (
    Pace("本机，不限速"),
    Pace("慢网慢机：处理器慢4倍，往返150毫秒，每秒1.6兆比特", 4, 150, 1_600_000 // 8),
)


@dataclass(frozen=True, slots=True)
class Load:
    """A view opened once.

    Attributes:
        requests: How many requests it took.
        sent: Bytes over the wire, heads included.
        data: Those of them that came from ``/v1``.
        unpacked: The same bodies before gzip, in bytes.
        paint_ms: When something of it was first seen.
        largest_ms: When its largest part was seen.
        shift: How far things moved by themselves (cumulative layout shift).
        blocked_ms: By how much long tasks went beyond 50 ms, together.
        elements: Of its document.
        heap: Bytes of JavaScript objects.
    """

    requests: int
    sent: float
    data: float
    unpacked: float
    paint_ms: float
    largest_ms: float
    shift: float
    blocked_ms: float
    elements: float
    heap: float


@dataclass(frozen=True, slots=True)
class Asked:
    """A question asked on the page, in ms from the key that sends it.

    Attributes:
        first: When the first sentence stood on the page.
        whole: When the answer was complete.
    """

    first: float
    whole: float


class _Traffic:
    """What a page sends for, by the browser's own account."""

    def __init__(self, session: CDPSession) -> None:
        self.requests = 0
        self.sent = self.data = self.unpacked = 0.0
        self._open: set[str] = set()
        self._of_data: set[str] = set()
        self._last = time.monotonic()
        session.on("Network.requestWillBeSent", self._begun)
        session.on("Network.dataReceived", self._took)
        session.on("Network.loadingFinished", self._ended)
        session.on("Network.loadingFailed", self._ended)
        session.send("Network.enable")

    def settle(self, page: Page) -> None:
        """Wait until nothing has moved for a while."""
        end = time.monotonic() + _MOST_SETTLE_S
        while (self._open or time.monotonic() - self._last < _QUIET_S) and time.monotonic() < end:
            page.wait_for_timeout(50)

    def _begun(self, event: Mapping[str, Any]) -> None:
        self.requests += 1
        self._open.add(event["requestId"])
        if "/v1/" in event["request"]["url"]:
            self._of_data.add(event["requestId"])
        self._last = time.monotonic()

    def _took(self, event: Mapping[str, Any]) -> None:
        self.unpacked += event["dataLength"]

    def _ended(self, event: Mapping[str, Any]) -> None:
        size = event.get("encodedDataLength", 0)
        self.sent += size
        self.data += size if event["requestId"] in self._of_data else 0
        self._open.discard(event["requestId"])
        self._last = time.monotonic()


def measure_view(browser: Browser, service: Service, path: str, pace: Pace, outside: list[str]) -> tuple[Load, Load]:
    """Open a view some times in a browser that was never here, and each time once more.

    Returns:
        The medians of (first visits, second visits).
    """
    first: list[Load] = []
    again: list[Load] = []
    for _ in range(LOADS):
        context = browser.new_context(viewport=window(1280), **USUAL)  # type: ignore[arg-type]
        watch = Watch(service.origin)
        watch.over(context)
        for loads in (first, again):
            page = context.new_page()
            page.add_init_script(_OBSERVE)
            session = context.new_cdp_session(page)
            slow_down(session, pace)
            traffic = _Traffic(session)
            _open(page, service.url(path))
            traffic.settle(page)
            loads.append(_load_of(page, session, traffic))
            page.close()
        outside += watch.outside
        context.close()
    return _median(first), _median(again)


def _open(page: Page, address: str) -> None:
    """Open a page. Raises RuntimeError where the service refuses it: its weight would be that of the refusal."""
    response = page.goto(address, wait_until="load", timeout=WAIT_MS)
    if response is None or not response.ok:
        raise RuntimeError(f"{address}: {response.status if response else 'no response'}")


def slow_down(session: CDPSession, pace: Pace) -> None:
    """Make the processor and the network of a page slower."""
    if pace.slower > 1:
        session.send("Emulation.setCPUThrottlingRate", {"rate": pace.slower})
    if pace.bytes_per_s:
        limits = {
            "offline": False,
            "latency": pace.latency_ms,
            "downloadThroughput": pace.bytes_per_s,
            "uploadThroughput": pace.bytes_per_s,
        }
        session.send("Network.emulateNetworkConditions", limits)


def _load_of(page: Page, session: CDPSession, traffic: _Traffic) -> Load:
    seen = page.evaluate("() => ({...seen, elements: document.querySelectorAll('*').length})")
    session.send("HeapProfiler.collectGarbage")
    blocked = sum(max(0.0, each - 50) for each in seen["long"])
    return Load(
        traffic.requests, traffic.sent, traffic.data, traffic.unpacked, seen["paint"], seen["largest"], seen["shift"], blocked,
        seen["elements"], heap_of(session),
    )  # fmt: skip


def heap_of(session: CDPSession) -> float:
    """Return the bytes of JavaScript objects of a page."""
    return float(session.send("Runtime.getHeapUsage")["usedSize"])


def _median(loads: Sequence[Load]) -> Load:
    values = {name: percentile([getattr(each, name) for each in loads], 0.5) for name in Load.__slots__}
    return Load(**values)  # type: ignore[arg-type]


def measure_asking(
    browser: Browser, service: Service, questions: Sequence[str], outside: list[str]
) -> tuple[Sequence[Asked], float]:
    """Ask questions on the page, one after another in one conversation.

    Returns:
        (times, bytes of JavaScript objects after all of them).
    """
    context = browser.new_context(viewport=window(1280), **USUAL)  # type: ignore[arg-type]
    watch = Watch(service.origin)
    watch.over(context)
    page = context.new_page()
    _open(page, service.url("/"))
    times = [_ask(page, question) for question in questions]
    session = context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    heap = heap_of(session)
    outside += watch.outside
    context.close()
    return times, heap


#: Notes when the first sentence of the next answer stands on the page, and when all of it does, in ms of the page's clock.
_LISTEN = """() => {
  const turns = document.querySelectorAll(".turn").length;
  globalThis.times = {sent: 0, first: 0, whole: 0};
  const look = () => {
    const turn = document.querySelectorAll(".turn")[turns];
    if (!turn) return;
    const text = turn.querySelector(".answer-text, .answer-status, .notice");
    if (!times.first && text?.textContent.trim()) times.first = performance.now();
    if (!times.whole && turn.querySelector(".answer-tools, .notice")) times.whole = performance.now();
  };
  const observer = new MutationObserver(() => {
    look();
    if (times.whole) observer.disconnect();
  });
  observer.observe(document.querySelector("#thread"), {childList: true, subtree: true, characterData: true});
  document.querySelector("#question").addEventListener("keydown", () => (times.sent ||= performance.now()), {once: true, capture: true});
}"""


def _ask(page: Page, question: str) -> Asked:
    """Ask one question as a person would, and return when its answer stood there.

    Raises:
        RuntimeError: It did not.
    """
    box = page.get_by_role("textbox", name="问题")
    box.fill(question)
    page.evaluate(_LISTEN)
    box.press("Enter")
    end = time.monotonic() + WAIT_MS / 1000
    while time.monotonic() < end:
        page.wait_for_timeout(20)
        times = page.evaluate("() => times")
        if times["whole"]:
            return Asked(times["first"] - times["sent"], times["whole"] - times["sent"])
    raise RuntimeError(f"no answer in {WAIT_MS} ms: {question}")


def make_things(service: Service) -> dict[str, str]:
    """Write a draft of the seed and check the seed.

    Returns:
        Name → path of every view of the page.
    """
    seed = seed_document()
    draft = service.draft(seed.entity, seed.year or 0)
    check = service.check(seed_path().name, seed_path().read_bytes())
    return {
        "提问": "/", "文档": "/documents", "一份文档": f"/documents/{service.documents()[0]['id']}", "起草": "/drafts",
        "一份草稿": f"/drafts/{draft}", "核对": "/checks", "一次核对": f"/checks/{check}",
    }  # fmt: skip


def render(
    loads: Mapping[Pace, Mapping[str, tuple[Load, Load]]], asked: Sequence[Asked], heap: float, outside: Sequence[str],
    chromium: str, load: float,
) -> str:  # fmt: skip
    """Write the report."""
    lines = [
        "# 页面的分量与速度", "",
        f"代码版本 {commit_of(ROOT)}；{os.cpu_count()} 个处理器，{platform.system()}，Python {platform.python_version()}，"
        f"Chromium {chromium}（无界面，1280×900）。服务是 `youju serve`，库里是种子文档；每页开{LOADS}次取中位数，"
        f"每次都是没有来过的浏览器。开测时机器的负载 {load:.1f}，高于处理器个数时，下面的时间偏长。只记数，不设限。", "",
        f"离开本机的请求：{len(outside)} 个。", "",
    ]  # fmt: skip
    for pace, views in loads.items():
        lines += [
            f"## 打开各页：{pace.name}", "",
            "| 页面 | 请求 | 传输 | 其中数据 | 展开 | 再开传输 | 首次绘制 | 最大内容绘制 | 布局移动 | 长任务阻塞 | 元素 | JS堆 |",
            "|---|---|---|---|---|---|---|---|---|---|---|---|",
        ]  # fmt: skip
        for name, (first, again) in views.items():
            lines.append(
                f"| {name} | {first.requests} | {first.sent / _KB:.0f} KB | {first.data / _KB:.0f} KB | {first.unpacked / _KB:.0f} KB "
                f"| {again.sent / _KB:.0f} KB | {first.paint_ms:.0f} ms | {first.largest_ms:.0f} ms | {first.shift:.3f} "
                f"| {first.blocked_ms:.0f} ms | {first.elements:.0f} | {first.heap / _KB / _KB:.1f} MB |"
            )
        lines.append("")
    lines += [
        "传输：走线路的字节，含HTTP头；展开：同样的内容不压缩时；其中数据：来自 `/v1` 的部分。"
        "长任务阻塞：每个超过50毫秒的任务超出的部分之和（Lighthouse 的 Total Blocking Time，但不止算到可交互为止）。", "",
        "## 从提交问题到看见回答", "",
        f"{len(asked)} 个问题，在同一页面上一个接一个地问，从按下回车算起。", "",
        "| | p50 | p95 | 最长 |", "|---|---|---|---|",
    ]  # fmt: skip
    for name, times in (("第一句出现", [each.first for each in asked]), ("回答完整", [each.whole for each in asked])):
        if times:
            half, most = percentile(times, 0.5), percentile(times, 0.95)
            lines.append(f"| {name} | {half:.0f} ms | {most:.0f} ms | {max(times):.0f} ms |")
    lines += ["", f"问完之后的JS堆：{heap / _KB / _KB:.1f} MB。"]
    return "\n".join(lines) + "\n"


def main(argv: Sequence[str] | None = None) -> int:
    """Measure, print and write the report; 2 where there is no Chromium."""
    from playwright.sync_api import sync_playwright

    parser = argparse.ArgumentParser(description="测页面的分量与速度。")
    parser.add_argument("--report", type=Path, default=REPORTS / "page.md", help="报告写到哪里")
    options = parser.parse_args(argv)
    if program() is None:
        print(MISSING, file=sys.stderr)
        return 2
    outside: list[str] = []
    load = os.getloadavg()[0]
    questions = [case.question for case in load_cases(suite_path("questions")) if not case.history][:QUESTIONS]
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        home = Path(folder) / "home"
        ingest(home, seed_path())
        service = Service(home).start()
        try:
            browser = launch(playwright)
            views = make_things(service)
            loads = {
                pace: {name: measure_view(browser, service, path, pace, outside) for name, path in views.items()}
                for pace in PACES
            }
            asked, heap = measure_asking(browser, service, questions, outside)
            text = render(loads, asked, heap, outside, browser.version, load)
            browser.close()
        finally:
            service.stop()
    options.report.write_text(text, encoding="utf-8")
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
