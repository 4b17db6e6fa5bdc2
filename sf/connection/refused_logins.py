"""Remember refused logins for all processes, so that retries do not lock the API user out.

Requests and ``deliver_pending`` retry a refused login after half an hour, then after an hour, then every two hours.
Other commands (syncs, ``sf check``, ``sf follow``) are not held back. The pause ends when a login works in any process,
when ``deliver_pending --all`` is run, or when the login variables change: each set of variables has its own
fingerprint.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import connection
from django.db.models.functions import Now
from django.utils.crypto import salted_hmac

from sf.models import RefusedLogin
from sf.salesforce.errors import LoginFailed
from sf.salesforce.login import LoginRequest

FIRST_PAUSE = timedelta(minutes=30)
LONGEST_PAUSE = timedelta(hours=2)
"""The longest pause.

If ``next_try`` is further ahead, PostgreSQL's clock was set back: the pause is ignored.
"""
TURN = timedelta(minutes=1)
"""The time that one process has for its retry before another process may retry too."""

_PAUSED: dict[str, Any] = {"next_try__gt": Now(), "next_try__lte": Now() + LONGEST_PAUSE}

_STORE_REFUSAL = """
    INSERT INTO sf_refusedlogin AS kept (fingerprint, times, next_try, reason)
    VALUES (%(fingerprint)s, 1, clock_timestamp() + %(first)s, %(reason)s)
    ON CONFLICT (fingerprint) DO UPDATE
       SET times = kept.times + 1, reason = %(reason)s,
           next_try = clock_timestamp() + least(%(first)s * 2 ^ least(kept.times, 10), %(longest)s)
"""


def fingerprint_of(login: LoginRequest) -> str:
    """Return the fingerprint of all settings of a login."""
    values = sorted((name, value) for name, value in login.credentials.values.items() if value)
    settings = (login.host, login.api_version, login.audience, values)
    return salted_hmac("sf.connection.refused_logins", repr(settings), algorithm="sha256").hexdigest()


def find_refusal_in_force(login: LoginRequest) -> RefusedLogin | None:
    """Return the refusal of this login whose pause is not over, or ``None``."""
    return RefusedLogin.objects.filter(pk=fingerprint_of(login), **_PAUSED).first()


def take_turn(login: LoginRequest) -> RefusedLogin | None:
    """Return the refusal in force, or ``None`` when this process may log in.

    When the pause after a refusal is over, one process may try; the others wait for ``TURN``.
    """
    refused = RefusedLogin.objects.filter(pk=fingerprint_of(login))
    if refused.exclude(**_PAUSED).update(next_try=Now() + TURN):
        return None
    return refused.first()


def note_refusal(login: LoginRequest, error: LoginFailed) -> None:
    """Store the refusal and the time of the next automatic retry.

    The first pause is ``FIRST_PAUSE``; each further refusal doubles it, up to ``LONGEST_PAUSE``.
    """
    values: dict[str, Any] = {"fingerprint": fingerprint_of(login), "reason": str(error)}
    values |= {"first": FIRST_PAUSE, "longest": LONGEST_PAUSE}
    with connection.cursor() as cursor:
        cursor.execute(_STORE_REFUSAL, values)


def forget_refusal(login: LoginRequest) -> None:
    """Forget the refusal: the login works, or an operator has asked for a try now."""
    RefusedLogin.objects.filter(pk=fingerprint_of(login)).delete()


def explain(refused: RefusedLogin) -> str:
    """Say why nothing is sent, until when, and what ends the pause."""
    return (
        f"refused logins: {refused.times:,}. The next automatic try is at {refused.next_try:%H:%M} UTC, so that the "
        "API user is not locked out. After removing the cause, end the pause with sf check or deliver_pending --all. "
        f"The refusal: {refused.reason}"
    )
