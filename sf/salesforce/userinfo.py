"""Remove names and passwords from URLs that are shown."""

from __future__ import annotations

import re

_USERINFO = re.compile(r"(://)[^/\s'\"<>]*@")
_ANYTHING = re.compile(r"(://).*@", re.DOTALL)


def without_userinfo(text: str) -> str:
    """Return the text without the user names and passwords of URLs in it."""
    return _USERINFO.sub(r"\1***@", text) if "@" in text else text


def hide_userinfo(value: str) -> str:
    """Return a value that may be a URL, even a broken one, without user name and password."""
    return _ANYTHING.sub(r"\1***@", value) if "@" in value else value
