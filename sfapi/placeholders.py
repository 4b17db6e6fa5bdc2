"""Recognize placeholders of the documentation: ``<your_client_id>``, ``your-client-id``, ``changeme``."""

from __future__ import annotations

import re
from collections.abc import Mapping

_BRACKETED = re.compile(r"<[^<>@/]*>|.*://.*<[A-Za-z][\w .-]*>.*")
_WORD = re.compile(
    r"(please[-_ ]?)?(change|replace|fill|set)[-_ ]?(me|this|in)|placeholder|todo|xxx+|\.{3,}|…", re.IGNORECASE
)
_YOUR = re.compile(r"[\[{]{0,2}(?:your|my)((?:[-_ ][a-z]+)+)[\]}]{0,2}", re.IGNORECASE)
_NOUNS = re.compile(
    "([-_ ](accounts|api|app|business|client|connected|consumer|cookie|database|db|dev|digest|dsn|email|encryption|host"
    "|id|instance|key|name|org|organization|pardot|password|private|public|refresh|salesforce|secret|security|sentry|session"
    "|signature|sso|token|unit|url|user|username|uuid|value|webhook|here))+",
    re.IGNORECASE,
)
"""The words that follow "your" or "my" in a placeholder such as ``your-client-id``.
A value with other words may be a real password."""
_MAY_BE_A_WORD = "DATABASE_"
"""The prefix of variables in which "changeme" and the like may be real values.
A database on the developer's own machine often has the password "changeme"."""


def is_placeholder(name: str, value: str) -> bool:
    """Return whether a value is a placeholder. An address that contains ``<…>`` is a placeholder too."""
    if _BRACKETED.fullmatch(value):
        return True
    if name.startswith(_MAY_BE_A_WORD):
        return False
    your = _YOUR.fullmatch(value)
    return bool(_WORD.fullmatch(value) or (your and _NOUNS.fullmatch(your[1])))


def explain_placeholder(name: str, value: str, values: Mapping[str, str]) -> str:
    """Return the message about a variable with a placeholder.

    It also names other variables with placeholders.
    """
    names = {each for each, text in values.items() if is_placeholder(each, text.strip())}
    others = ", ".join(sorted(names - {name}))
    beside = f" (so are the values of {others})" if others else ""
    return f"{name}: {value} is a placeholder{beside}; replace it with the real value, or leave the variable empty"
