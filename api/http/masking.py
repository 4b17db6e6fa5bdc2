"""Remove secrets from text that is stored or logged: the audit log, log lines, Sentry.

A secret is recognized by its form (an API key, a token such as the SSO cookie), by the name of its parameter, or by its
place in a URL (user name and password).
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
# These patterns find, in this order: the secret part of an API key; a JWT or JWE, or a part of one; the text after
# "Bearer"; the value of a parameter with a secret name.
_KEY = re.compile(rf"({PREFIX}_[0-9A-Za-z]{{{PUBLIC_ID_LENGTH}}})_[0-9A-Za-z]+")
_TOKEN = re.compile(r"eyJ[\w-]{12,}(?:\.[\w-]*)*")
_BEARER = re.compile(r"(bearer(?:\s|\+|%20)+)[^\s\"\\&]+", re.IGNORECASE)
_PARAMETER = re.compile(rf"([?&;](?:{_NAMES})=)[^&;\s\"\\]+", re.IGNORECASE)


def mask_secrets(text: str) -> str:
    """Return the text with everything masked that has the form of a secret."""
    if PREFIX in text:
        text = _KEY.sub(rf"\1_{MASK}", text)
    if "eyJ" in text:
        text = _TOKEN.sub(MASK, text)
    return _BEARER.sub(rf"\1{MASK}", text) if "earer" in text.lower() else text


def mask_line(text: str) -> str:
    """Return the line with its secrets removed.

    These are the secrets that ``mask_secrets`` finds, the user name and password in a URL, and the value of each
    parameter with a secret name.
    """
    return mask_secrets(without_userinfo(_PARAMETER.sub(rf"\1{MASK}", text) if "=" in text else text))


def mask_query(query: str) -> str:
    """Decode a query string, mask its secrets, and return it encoded again."""
    if not query:
        return ""
    pairs = [(mask_secrets(name), _mask_value(name, value)) for name, value in parse_qsl(query, keep_blank_values=True)]
    return urlencode(pairs, quote_via=quote, safe="*:,/")


def _mask_value(name: str, value: str) -> str:
    secret = name == settings.SSO_COOKIE_NAME or _NAME.fullmatch(name)
    return MASK if secret and value else mask_secrets(value)
