"""Is a form spam? Three signs, none of which the answer gives away."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from disposable_email_domains import blocklist

LEAST_SECONDS = 3.0
"""No person fills in a form more quickly."""


def spam_reason(*, honeypot: str | None, submitted_at: float | None, data: Mapping[str, Any]) -> str:
    """Why a form is spam; empty when nothing says so.

    ``honeypot`` is a field that people do not see. ``submitted_at`` is when the page was loaded, in milliseconds since
    1970 by the visitor's clock; one that is far ahead says nothing.
    """
    if honeypot:
        return "honeypot filled in"
    if submitted_at is not None and abs(time.time() - submitted_at / 1000) < LEAST_SECONDS:
        return f"sent within {LEAST_SECONDS:.0f} s of loading the page"
    email = data.get("email")
    if isinstance(email, str) and is_disposable(email):
        return "disposable e-mail address"
    return ""


def is_disposable(email: str) -> bool:
    """Whether the address's domain, or one above it, is on the list of disposable-email-domains."""
    labels = email.strip().rpartition("@")[2].lower().rstrip(".").split(".")
    return any(".".join(labels[start:]) in blocklist for start in range(len(labels) - 1))
