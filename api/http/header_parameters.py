"""Ignore headers that Django cannot read, instead of answering 500.

Python's parser fails on a parameter in an unknown charset (``ValueError``), and older versions of the parser
fail on one whose parts are numbered and not numbered at the same time (``TypeError``). Both are forms of RFC 2231.
"""

from __future__ import annotations

from typing import Any

import django.http.multipartparser
import django.http.request
from django.utils.http import parse_header_parameters


def read_header_parameters(line: str) -> tuple[str, dict[str, str]]:
    """Return the value and the parameters of a header. An unreadable header counts as empty."""
    try:
        return parse_header_parameters(line)
    except (ValueError, TypeError):
        return "", {}


def ignore_unreadable_headers() -> None:
    """Make Django use ``read_header_parameters`` for ``Accept``, and for the headers in a multipart body."""
    modules: tuple[Any, ...] = (django.http.request, django.http.multipartparser)
    for module in modules:
        module.parse_header_parameters = read_header_parameters
