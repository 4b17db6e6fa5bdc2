"""Errors of the cookie and of the Accounts API."""

from __future__ import annotations

from enum import StrEnum


class Step(StrEnum):
    """The checks of a cookie, in order."""

    DECRYPTION = "decryption"
    SIGNATURE = "signature"
    CLAIMS = "claims"


class Reason(StrEnum):
    """The reason why a cookie is refused: short codes that ``GET /me`` shows to the developer."""

    KEY_NOT_SET = "key_not_set"
    KEY_UNUSABLE = "key_unusable"
    TOO_LONG = "too_long"
    CUT_OFF = "cut_off"
    MALFORMED = "malformed"
    UNSUPPORTED_ALGORITHM = "unsupported_algorithm"
    UNSUPPORTED_HEADER = "unsupported_header"
    COMPRESSED = "compressed"
    BAD_IV = "bad_iv"
    WRONG_KEY_OR_ALTERED = "wrong_key_or_altered"
    EXPIRED = "expired"
    NOT_YET_VALID = "not_yet_valid"
    NO_EXPIRY = "no_expiry"
    BAD_TIME = "bad_time"
    WRONG_AUDIENCE = "wrong_audience"
    WRONG_ISSUER = "wrong_issuer"
    BAD_SUBJECT = "bad_subject"


class CookieError(Exception):
    """The cookie is not valid, or SFAPI's keys cannot check it; ``step`` and ``reason`` say which."""

    def __init__(self, step: Step, reason: Reason) -> None:
        super().__init__(f"{step}: {reason}")
        self.step = step
        self.reason = reason

    def steps(self) -> dict[str, str]:
        """Return each step as ``ok``, ``failed: <reason>`` or ``skipped``."""
        order = list(Step)
        failed = order.index(self.step)
        outcomes = ["ok"] * failed + [f"failed: {self.reason}"] + ["skipped"] * (len(order) - failed - 1)
        return dict(zip(map(str, order), outcomes, strict=True))


class AccountsError(Exception):
    """The Accounts API gave no usable answer."""


class AccountsUnavailable(AccountsError):
    """Accounts is unavailable, slow or overloaded: a later call may succeed."""


class AccountsRefused(AccountsError):
    """Accounts refuses, or its answer is not understood: a person must look at the configuration."""
