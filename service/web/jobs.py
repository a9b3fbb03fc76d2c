"""Taking in several files while the caller goes on: one run at a time, its progress kept for a while."""

from __future__ import annotations

import threading
import uuid
from collections import OrderedDict
from collections.abc import Sequence
from operator import itemgetter

from service.application import Application, Ingested, Progress
from service.domain.errors import MissingDocumentError
from service.logs import record_incident
from service.rendering import Json

#: How many runs are remembered, besides those that are not over.
_KEPT = 100


class Jobs:
    """Runs over several files, each in a thread of its own that waits for the one before it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._turn = threading.Lock()
        self._jobs: OrderedDict[str, Json] = OrderedDict()

    def start(self, application: Application, files: Sequence[tuple[str, bytes]]) -> Json:
        """Begin to take *files* in, or let them wait for their turn; return the run as it stands, with its id."""
        job: Json = {
            "id": uuid.uuid4().hex, "state": "waiting", "done": 0, "total": len(files), "reading": [], "files": [],
            "begun": application.now_ms(), "ended": None,
        }  # fmt: skip
        with self._lock:
            self._jobs[job["id"]] = job
            over = [name for name, each in self._jobs.items() if each["state"] == "done"]
            for name in over[: max(0, len(self._jobs) - _KEPT)]:
                del self._jobs[name]
        begun = _shown(job, application)
        threading.Thread(target=self._run, args=(application, files, job), daemon=True).start()
        return begun

    def progress(self, job_id: str, application: Application) -> Json:
        """Return a run as it stands.

        Raises:
            MissingDocumentError: There is none of that id, or it is long over.
        """
        with self._lock:
            if job_id not in self._jobs:
                raise MissingDocumentError(
                    f"没有编号为“{job_id[:64]}”的导入。重启后不再保留；已导入的文档见 GET /v1/documents。"
                )
            return _shown(self._jobs[job_id], application)

    def _run(self, application: Application, files: Sequence[tuple[str, bytes]], job: Json) -> None:
        def count(now: Progress) -> None:
            with self._lock:
                job["done"], job["total"] = now.done, now.total
                if now.name in job["reading"]:
                    job["reading"].remove(now.name)

        def begin(name: str) -> None:
            with self._lock:
                job["reading"].append(name)

        try:
            with self._turn:
                job["state"] = "running"
                for taken in application.add_files(files, count, workers=application.limits.workers, begins=begin):
                    with self._lock:
                        job["files"].append((taken.number, _said(taken)))
                application.finish_indexing()
        except Exception as error:  # a thread has nobody above it
            said = f"程序内部出错，编号 {record_incident(error)}。请把编号告诉管理员。"
            with self._lock:
                failed = Ingested("", None, said, "internal-error")
                job["files"].append((job["total"], _said(failed)))
        finally:
            with self._lock:
                job |= {"state": "done", "reading": [], "ended": application.now_ms()}


def _shown(job: Json, application: Application) -> Json:
    ended = application.now_ms() if job["ended"] is None else job["ended"]
    return {name: value for name, value in job.items() if name not in {"begun", "ended"}} | {
        "files": [said for _, said in sorted(job["files"], key=itemgetter(0))],
        "reading": list(job["reading"]),
        "seconds": (ended - job["begun"]) // 1000,
    }


def _said(taken: Ingested) -> Json:
    error = None if taken.document else {"code": taken.code, "message": taken.error}
    document_id = taken.document.id if taken.document else None
    return {"name": taken.name, "id": document_id, "was_known": taken.was_known, "error": error}
