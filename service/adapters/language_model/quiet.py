"""Keeps the libraries from telling others: no traces sent anywhere, no log lines with prompts or keys."""

from __future__ import annotations

import logging
import os

#: These change where the libraries send things, what they send along and what they write down. Ours begin with YOUJU_.
_VARIABLES = ("LANGSMITH_", "LANGCHAIN_", "OPENAI_", "LC_OUTPUT_VERSION")
#: At DEBUG they write requests, headers and replies.
_LOGGERS = (
    "openai", "httpx", "httpcore", "httpx2", "httpcore2", "langchain", "langchain_core", "langchain_openai", "langgraph", "langsmith",
)  # fmt: skip


def clear_environment() -> None:
    """Take the variables of the libraries out of the environment of this process.

    They turn on tracing to LangSmith (whole prompts leave the house), send requests through another host, add headers
    with keys, or set the loggers to DEBUG. What we want of the libraries is said where they are called.
    """
    for name in [each for each in os.environ if each.startswith(_VARIABLES)]:
        del os.environ[name]


def silence() -> None:
    """Turn off the loggers of the libraries, whatever their level is set to; to be called once they are loaded."""
    for name in _LOGGERS:
        # The level is for loggers that are made later, further down.
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    for name, logger in list(logging.root.manager.loggerDict.items()):
        if isinstance(logger, logging.Logger) and name.partition(".")[0] in _LOGGERS:
            logger.disabled = True
