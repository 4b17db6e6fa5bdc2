"""Names and passwords out of URLs that are shown."""

from __future__ import annotations

import re

_USERINFO = re.compile(r"(://)[^/\s'\"<>]*@")
_ANYTHING = re.compile(r"(://).*@", re.DOTALL)


def without_userinfo(text: str) -> str:
    """A text without the user names and passwords of the URLs in it."""
    return _USERINFO.sub(r"\1***@", text) if "@" in text else text


def shown_value(value: str) -> str:
    """One value that may be a URL, even a broken one: a slash or blank in a password hides nothing."""
    return _ANYTHING.sub(r"\1***@", value) if "@" in value else value
