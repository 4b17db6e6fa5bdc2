"""Check the cookie's settings at the start, without loading any cryptography, which would slow every command.

``manage.py check`` checks what needs the key itself (is it RSA, is it long enough).
"""

from __future__ import annotations

from django.core.exceptions import ImproperlyConfigured

from accounts_client.types import canonical_uuid

ENCRYPTION_KEY_BYTES = 32


def check_sso_variables(*, signature_public_key: str, encryption_key: str, dev_user_uuid: str) -> None:
    """Raise ``ImproperlyConfigured`` with the name of an unusable variable. Never shows a key. Empty is allowed."""
    length = len(encryption_key.encode())
    if length not in {0, ENCRYPTION_KEY_BYTES}:
        raise ImproperlyConfigured(
            f"SSO_ENCRYPTION_PRIVATE_KEY: has {length} bytes, but the key of the cookie has {ENCRYPTION_KEY_BYTES}"
        )
    if signature_public_key and not signature_public_key.startswith(
        ("-----BEGIN PUBLIC KEY-----", "-----BEGIN RSA PUBLIC KEY-----")
    ):
        raise ImproperlyConfigured(
            "SSO_SIGNATURE_PUBLIC_KEY: does not begin with -----BEGIN PUBLIC KEY----- (in .env: in quotes, with real "
            "line breaks or \\n)"
        )
    if dev_user_uuid and not canonical_uuid(dev_user_uuid):
        raise ImproperlyConfigured(f"DEV_USER_UUID: {dev_user_uuid[:40]!r} is not a UUID")
