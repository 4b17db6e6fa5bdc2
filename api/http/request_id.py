"""The id of a request. It is in the answer, in every log line of the request, and in Sentry."""

from __future__ import annotations

import logging
import re
import uuid
from contextvars import ContextVar

from api.http.masking import mask_secrets

HEADER = "X-Request-ID"
_SANE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/+=-]{0,127}")
_current: ContextVar[str] = ContextVar("request_id", default="")


def choose_request_id(offered: str) -> str:
    """Return the id that the client sent if it is short, plain and not a secret, otherwise a new id.

    When services pass on one id, a request can be followed across them.
    """
    sane = _SANE.fullmatch(offered) and mask_secrets(offered) == offered
    return offered if sane else str(uuid.uuid4())


def set_request_id(value: str) -> None:
    _current.set(value)


def get_current_request_id() -> str:
    """Return the id of this thread's current or latest request; an empty string before the first request."""
    return _current.get()


class RequestIdFilter(logging.Filter):
    """Gives every log record a ``request_id``."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = get_current_request_id()
        return True
