"""Assembles the HTTP application over a finished `Application`."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware

from service.application import Application
from service.checks import Checks
from service.conversations import Conversations
from service.drafts import Drafts
from service.presenting.suggestions import Suggester
from service.web.checks import checks as check_routes
from service.web.conversations import conversations as conversation_routes
from service.web.description import describe
from service.web.document_views import document_views
from service.web.drafts import drafts as draft_routes
from service.web.error_responses import add_error_handlers
from service.web.gate import Gate
from service.web.jobs import Jobs
from service.web.kept_checks import kept_checks
from service.web.metrics import Metrics
from service.web.openai_api import openai_api
from service.web.page.pages import pages
from service.web.presentation import presentations
from service.web.routes import probes, v1

#: What a multipart envelope adds to the file in it.
_ENVELOPE_BYTES = 64 * 1024
#: Bytes from which a response is sent compressed; streams of events never are.
_WORTH_PACKING = 2048


def create_app(
    application: Application, drafts: Drafts | None = None, conversations: Conversations | None = None,
    checks: Checks | None = None, hosts: frozenset[str] | None = None,
) -> FastAPI:
    """Return the HTTP application.

    Args:
        application: Documents, questions and checks.
        drafts: What drafting needs; without it, requests for drafts are refused.
        conversations: Where conversations are kept; without it, questions in conversations are refused.
        checks: Where checks are kept; without it, checks are made and not kept.
        hosts: Names under which the service may be reached, None for any; see `service.web.senders`.

    The interactive documentation pages of FastAPI are left out: they load scripts from other hosts.
    """
    metrics = Metrics()
    app = FastAPI(
        title="有据",
        summary="部门预算问答：每个数字都有出处。",
        version="1",
        docs_url=None,
        redoc_url=None,
    )
    app.state.application = application
    app.state.drafts = drafts
    app.state.conversations = conversations
    app.state.checks = checks
    app.state.suggester = Suggester(application.documents, application.try_out)
    app.state.metrics = metrics
    app.state.jobs = Jobs()
    add_error_handlers(app)
    app.include_router(v1)
    app.include_router(document_views)
    app.include_router(check_routes)
    app.include_router(kept_checks)
    app.include_router(draft_routes)
    app.include_router(conversation_routes)
    app.include_router(presentations)
    app.include_router(openai_api)
    app.include_router(probes)
    app.include_router(pages)
    describe(app)
    app.add_middleware(GZipMiddleware, minimum_size=_WORTH_PACKING, compresslevel=5)
    most = application.limits.max_file_bytes + _ENVELOPE_BYTES
    app.add_middleware(Gate, max_body_bytes=most, metrics=metrics, hosts=hosts)
    return app
