"""Logging: events as lines of text or of JSON."""

from __future__ import annotations

import json
import logging
from typing import Any

from api.http.masking import mask_line
from api.http.request_id import RequestIdFilter
from outgoing.text import with_visible_controls


class TextFormatter(logging.Formatter):
    """A line of text for each event, followed by its traceback, without the secrets of URLs.

    Lines of a traceback are indented, so that received text can never look like a line of the log.
    """

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        return with_visible_controls(super().formatMessage(record))

    def format(self, record: logging.LogRecord) -> str:
        first, *others = super().format(record).split("\n")
        return mask_line("\n".join([first, *(f"  {with_visible_controls(line)}" for line in others)]))


class JsonFormatter(logging.Formatter):
    """One JSON object per line: time, level, logger, message.

    The request's id and the exception are added when there is one. ``extra={"fields": {…}}`` adds more values.
    """

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if request_id := getattr(record, "request_id", ""):
            line["request_id"] = request_id
        line |= getattr(record, "fields", {})
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return mask_line(with_visible_controls(json.dumps(line, ensure_ascii=False)))


def build_logging_settings(level: str, line_format: str) -> dict[str, Any]:
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "text": {"()": TextFormatter, "format": "%(asctime)s %(levelname)s %(request_id)s %(name)s: %(message)s"},
            "json": {"()": JsonFormatter},
        },
        "filters": {"request_id": {"()": RequestIdFilter}},
        "handlers": {
            "stderr": {"class": "logging.StreamHandler", "formatter": line_format, "filters": ["request_id"]},
            "nowhere": {"class": "logging.NullHandler"},
        },
        "root": {"handlers": ["stderr"], "level": level.upper()},
        "loggers": {
            # urllib3 would log each connection.
            "urllib3": {"level": "WARNING"},
            # Commands print failures themselves, so only Sentry gets the errors of this logger.
            "sf.failures": {"handlers": ["nowhere"], "propagate": False},
            # Django's own handlers would print every line twice, and query strings unmasked.
            "django": {"handlers": []},
            "django.server": {"handlers": [], "propagate": True},
        },
    }
