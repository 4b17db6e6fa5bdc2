"""Secrets out of texts that are kept: the audit log, log lines, Sentry.

What is a secret is told by its form (an API key, a token such as the SSO cookie) or by the name of its parameter.
"""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, quote, urlencode

from django.conf import settings

from api.domain.keys import PREFIX, PUBLIC_ID_LENGTH
from sf.salesforce.userinfo import without_userinfo

MASK = "***"

_NAMES = (
    r"[\w.\-\[\]]*(?:token|secret|passw|passphrase|authori[sz]ation|cookie|credential|signature|session|jwt|bearer"
    r"|api[-_]?key)[\w.\-\[\]]*|key|sig|auth|code|pwd"
)
_NAME = re.compile(_NAMES, re.IGNORECASE)
# An API key (what may be shown of it stays), a JWE or JWT, also a part of one, and what follows "Bearer".
_KEY = re.compile(rf"({PREFIX}_[0-9A-Za-z]{{{PUBLIC_ID_LENGTH}}})_[0-9A-Za-z]+")
_TOKEN = re.compile(r"eyJ[\w-]{12,}(?:\.[\w-]*)*")
_BEARER = re.compile(r"(bearer(?:\s|\+|%20)+)[^\s\"\\&]+", re.IGNORECASE)
_PARAMETER = re.compile(rf"([?&;](?:{_NAMES})=)[^&;\s\"\\]+", re.IGNORECASE)


def masked(text: str) -> str:
    """The text without what has the form of a secret."""
    if PREFIX in text:
        text = _KEY.sub(rf"\1_{MASK}", text)
    if "eyJ" in text:
        text = _TOKEN.sub(MASK, text)
    return _BEARER.sub(rf"\1{MASK}", text) if "earer" in text.lower() else text


def masked_line(text: str) -> str:
    """As ``masked``, for a line that may hold a URL: its user name and password go, and the values of parameters with
    the name of a secret."""
    return masked(without_userinfo(_PARAMETER.sub(rf"\1{MASK}", text) if "=" in text else text))


def masked_query(query: str) -> str:
    """A query string, decoded to look at it and encoded again, without the values of secrets."""
    if not query:
        return ""
    pairs = [(masked(name), _value(name, value)) for name, value in parse_qsl(query, keep_blank_values=True)]
    return urlencode(pairs, quote_via=quote, safe="*:,/")


def _value(name: str, value: str) -> str:
    secret = name == settings.SSO_COOKIE_NAME or _NAME.fullmatch(name)
    return MASK if secret and value else masked(value)
