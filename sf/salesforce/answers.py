"""Parse Salesforce's answers. An unexpected form may mean that another host answered, such as a proxy."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import requests

from sf.salesforce.errors import TransientError


class UnusableAnswer(TransientError):
    """An answer arrived, but cannot be used. Asking again often gives the same answer."""


def json_of(answer: requests.Response) -> Any:
    """Return the answer's JSON. ``loads`` detects the encoding and skips a gateway's byte order mark."""
    return json.loads(answer.content)


def find_page_title(text: str) -> str:
    """Return the title of an HTML page, shortened; empty when the text has no title."""
    match = re.search(r"<title[^>]*>(.*?)</title>", text, re.IGNORECASE | re.DOTALL)
    return " ".join(html.unescape(match[1]).split())[:100] if match else ""


@contextmanager
def understood(call_name: str, answer: requests.Response | None = None) -> Iterator[None]:
    """Turn errors of parsing inside the block (a proxy's page, half an answer) into ``UnusableAnswer``.

    Such an answer does not say whether the call was carried out. ``call_name`` names the call in the message, usually
    by method and path.
    """
    try:
        yield
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        why = f"no {error} in it" if isinstance(error, KeyError) else str(error)
        if title := find_page_title(answer.text) if answer is not None else "":
            why = f"it is a page with the title “{title}”"
        failure = UnusableAnswer(f"Salesforce's answer to {call_name} is not understood: {why}")
        failure.unanswered = True
        raise failure from error
