"""Split and check the settings of the Accounts cookie when SFAPI starts.

This module does not import ``cryptography``, because that import is slow.

While Accounts changes a key, each setting may contain several keys, and any of them is accepted. ``manage.py check``
loads the keys: it checks that the signature key is RSA and long enough.
"""

from __future__ import annotations

import re

from django.core.exceptions import ImproperlyConfigured

from accounts_client.types import parse_uuid

ENCRYPTION_KEY_BYTES = 32
MOST_KEYS = 5
"""A bad cookie is tried with every key, so more keys would make it expensive."""

_SIGNATURE = "SSO_SIGNATURE_PUBLIC_KEY"
_ENCRYPTION = "SSO_ENCRYPTION_PRIVATE_KEY"
_PEM = re.compile(r"-----BEGIN (RSA )?PUBLIC KEY-----[^-]*-----END (RSA )?PUBLIC KEY-----")
_BETWEEN = re.compile(r"[\s,]+")


def split_signature_keys(text: str) -> list[str]:
    """Return each PEM of the setting. Other text is returned as one more key, which the checks refuse."""
    keys = [match[0] for match in _PEM.finditer(text)]
    rest = _BETWEEN.sub("", _PEM.sub("", text))
    return [*keys, rest] if rest else keys


def split_encryption_keys(text: str) -> list[str]:
    """Return each key of the setting. Line breaks, spaces or commas separate keys.

    A text with the length of a key is one key, even with spaces or commas in it.
    """
    if len(text.encode()) == ENCRYPTION_KEY_BYTES:
        return [text]
    return [key for key in _BETWEEN.split(text) if key]


def check_sso_variables(*, signature_public_key: str, encryption_key: str, dev_user_uuid: str) -> None:
    """Raise ``ImproperlyConfigured`` with the name of an unusable variable.

    The message never shows a key. Empty variables are allowed.
    """
    _check_count(_ENCRYPTION, split_encryption_keys(encryption_key))
    for number, key in enumerate(split_encryption_keys(encryption_key), 1):
        length = len(key.encode())
        if length != ENCRYPTION_KEY_BYTES:
            which = _format_position(number, split_encryption_keys(encryption_key))
            raise ImproperlyConfigured(
                f"{_ENCRYPTION}: {which}has {length} bytes, but must have {ENCRYPTION_KEY_BYTES}"
            )
    _check_count(_SIGNATURE, split_signature_keys(signature_public_key))
    for number, key in enumerate(split_signature_keys(signature_public_key), 1):
        if not _PEM.fullmatch(key):
            which = _format_position(number, split_signature_keys(signature_public_key))
            raise ImproperlyConfigured(
                f"{_SIGNATURE}: {which}is not a PEM from -----BEGIN PUBLIC KEY----- to -----END PUBLIC KEY----- (in "
                ".env: in quotes, with real line breaks or \\n)"
            )
    if dev_user_uuid and not parse_uuid(dev_user_uuid):
        raise ImproperlyConfigured(f"DEV_USER_UUID: {dev_user_uuid[:40]!r} is not a UUID")


def _format_position(number: int, keys: list[str]) -> str:
    return f"key {number} of {len(keys)} " if len(keys) > 1 else ""


def _check_count(name: str, keys: list[str]) -> None:
    if len(keys) > MOST_KEYS:
        raise ImproperlyConfigured(f"{name}: contains {len(keys)} keys, but at most {MOST_KEYS} are tried")
    if len(set(keys)) < len(keys):
        raise ImproperlyConfigured(f"{name}: contains the same key twice; a different second key was probably meant")
