"""Counters and one histogram, in the text format that Prometheus reads."""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections import Counter

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
#: Upper bounds in milliseconds.
BUCKETS_MS = (5, 10, 15, 25, 50, 100, 250, 500, 1000, 2500, 5000)


class Metrics:
    """Counts of one process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requests: Counter[tuple[str, str, int]] = Counter()
        self._answers: Counter[str] = Counter()
        self._ask_counts = [0] * (len(BUCKETS_MS) + 1)
        self._ask_total_ms = 0
        self._checks: Counter[str] = Counter()
        self._check_total_ms = 0

    def count_request(self, method: str, route: str, status: int) -> None:
        """Count a request that was answered."""
        with self._lock:
            self._requests[method, route, status] += 1

    def count_answer(self, status: str, ms: int) -> None:
        """Count an answer and the time it took."""
        with self._lock:
            self._answers[status] += 1
            self._ask_counts[bisect_left(BUCKETS_MS, ms)] += 1
            self._ask_total_ms += ms

    def count_check(self, outcome: str, ms: int) -> None:
        """Count a check by the gravest severity it found, and the time it took."""
        with self._lock:
            self._checks[outcome] += 1
            self._check_total_ms += ms

    def render(self, documents: int) -> str:
        """Write everything counted, and the number of documents held."""
        with self._lock:
            requests = sorted(self._requests.items())
            answers = sorted(self._answers.items())
            counts = list(self._ask_counts)
            total_ms = self._ask_total_ms
            checks = sorted(self._checks.items())
            checks_ms = self._check_total_ms
        lines = ["# HELP youju_requests_total Requests answered.", "# TYPE youju_requests_total counter"]
        lines += [
            f'youju_requests_total{{method="{method}",route="{route}",status="{status}"}} {count}'
            for (method, route, status), count in requests
        ]
        lines += ["# HELP youju_answers_total Answers by outcome.", "# TYPE youju_answers_total counter"]
        lines += [f'youju_answers_total{{status="{status}"}} {count}' for status, count in answers]
        lines += [
            "# HELP youju_ask_milliseconds Time to answer a question.",
            "# TYPE youju_ask_milliseconds histogram",
        ]
        running = 0
        for bound, count in zip((*map(str, BUCKETS_MS), "+Inf"), counts, strict=True):
            running += count
            lines.append(f'youju_ask_milliseconds_bucket{{le="{bound}"}} {running}')
        lines += [f"youju_ask_milliseconds_sum {total_ms}", f"youju_ask_milliseconds_count {running}"]
        lines += ["# HELP youju_checks_total Checks by the gravest finding.", "# TYPE youju_checks_total counter"]
        lines += [f'youju_checks_total{{outcome="{outcome}"}} {count}' for outcome, count in checks]
        lines += ["# HELP youju_check_milliseconds Time to check a text.", "# TYPE youju_check_milliseconds summary"]
        done = sum(count for _, count in checks)
        lines += [f"youju_check_milliseconds_sum {checks_ms}", f"youju_check_milliseconds_count {done}"]
        lines += ["# HELP youju_documents Documents held.", "# TYPE youju_documents gauge"]
        lines.append(f"youju_documents {documents}")
        return "\n".join(lines) + "\n"
