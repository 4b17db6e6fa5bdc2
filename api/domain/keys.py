"""The text of an API key: ``sfapi_<public id>_<secret><checksum>``.

* The prefix lets people and secret scanners recognize a key.
* The public id finds the key's row.
* The secret (238 bits) authenticates the caller.
* The checksum exposes a mistyped key before any look-up.

A key is long and random, so it cannot be guessed. One SHA-256 is therefore enough, and no request pays for a slow hash.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import string
import zlib
from dataclasses import dataclass

PREFIX = "sfapi"
PUBLIC_ID_LENGTH = 8
SECRET_LENGTH = 40

_ALPHABET = string.digits + string.ascii_letters
_CHECKSUM_LENGTH = 6
_FORM = re.compile(
    rf"{PREFIX}_([0-9A-Za-z]{{{PUBLIC_ID_LENGTH}}})_([0-9A-Za-z]{{{SECRET_LENGTH}}})([0-9A-Za-z]{{{_CHECKSUM_LENGTH}}})"
)


@dataclass(frozen=True)
class NewKey:
    """A new key. Its text is known only now: the database stores a hash."""

    text: str
    public_id: str

    @property
    def visible_prefix(self) -> str:
        """Return the part that may be shown. It is enough to recognize the key in a file."""
        return f"{PREFIX}_{self.public_id}"

    @property
    def hash(self) -> str:
        return compute_key_hash(self.text)

    def __repr__(self) -> str:  # never a secret in a log or a traceback
        return f"NewKey({self.visible_prefix})"


def make_key() -> NewKey:
    public_id, secret = _make_random_text(PUBLIC_ID_LENGTH), _make_random_text(SECRET_LENGTH)
    body = f"{PREFIX}_{public_id}_{secret}"
    return NewKey(text=body + _compute_checksum(body), public_id=public_id)


def public_id_of(text: str) -> str | None:
    """Return the public id of a well-formed key with the right checksum, otherwise ``None``."""
    match = _FORM.fullmatch(text)
    if match is None or _compute_checksum(text[:-_CHECKSUM_LENGTH]) != match.group(3):
        return None
    return match.group(1)


def explain_unknown_key(text: str) -> str:
    """Return the message for an unknown public id. It shows little of ``text``, which may be a key."""
    return f"there is no API key {text[:PUBLIC_ID_LENGTH]!r} (give a public id from list_api_keys, not the key itself)"


def compute_key_hash(text: str) -> str:
    """Return the SHA-256 in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def has_hash(text: str, expected: str) -> bool:
    """Return whether ``expected`` is the hash of ``text``. The comparison takes constant time."""
    return hmac.compare_digest(compute_key_hash(text), expected)


def _make_random_text(length: int) -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


def _compute_checksum(text: str) -> str:
    """Return the CRC-32 in base 62."""
    number, digits = zlib.crc32(text.encode()), ""
    for _ in range(_CHECKSUM_LENGTH):
        number, digit = divmod(number, len(_ALPHABET))
        digits = _ALPHABET[digit] + digits
    return digits
