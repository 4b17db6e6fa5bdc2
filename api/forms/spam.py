"""Detect spam in forms by three signs. The response never shows that a form was taken for spam."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from disposable_email_domains import blocklist

LEAST_SECONDS = 3.0
"""The least number of seconds that a person needs to fill in a form."""


def find_spam_reason(*, honeypot: str | None, loaded_at: float | None, data: Mapping[str, Any]) -> str:
    """Return the reason why a form is spam, or an empty string.

    ``honeypot`` is a field that people do not see. ``loaded_at`` is the time when the page was loaded, in milliseconds
    since 1970, by the visitor's clock. A time far in the future comes from a wrong clock and is no sign of spam.
    """
    if honeypot:
        return "honeypot filled in"
    if loaded_at is not None and abs(time.time() - loaded_at / 1000) < LEAST_SECONDS:
        return f"sent within {LEAST_SECONDS:.0f} s of loading the page"
    email = data.get("email")
    if isinstance(email, str) and is_disposable(email):
        return "disposable email address"
    return ""


def is_disposable(email: str) -> bool:
    """Return whether disposable-email-domains lists the address's domain or a parent domain."""
    labels = email.strip().rpartition("@")[2].lower().rstrip(".").split(".")
    return any(".".join(labels[start:]) in blocklist for start in range(len(labels) - 1))
