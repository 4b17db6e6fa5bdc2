"""The single sign-on cookie, as OpenStax Accounts issues it, and its keys.

A cookie is a JWE (``alg`` dir, ``enc`` A256GCM) around a JWT (RS256). The JWT has these claims:

- ``iss``: "OpenStax Accounts"
- ``aud``: "OpenStax"
- ``sub``: an object with at least ``name`` and ``uuid``
- ``exp``: in 20 years
- ``nbf``, ``iat`` and ``jti``

Source: the public code of openstax/accounts (lib/sso_cookie.rb and the cookie's representer).
"""

from __future__ import annotations

import base64
import json
import os
import secrets
import time
import uuid
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

COOKIE_NAME = "oxa"
ISSUER = "OpenStax Accounts"
AUDIENCE = "OpenStax"
LIFETIME = timedelta(days=20 * 365 + 5)
"""The cookies of Accounts are valid for 20 years."""

_HEADER = {"alg": "dir", "enc": "A256GCM"}
_TAG_BYTES = 16


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _read_or_create(path: Path, content: bytes) -> bytes:
    """Return the content of a private file. If there is no such file, create it with ``content``."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_bytes()
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    return content


def _new_private_key() -> bytes:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def encrypted(token: bytes, key: bytes, *, iv_bytes: int = 12, header: Mapping[str, str] = _HEADER) -> str:
    """Return ``token`` as a compact JWE under the shared ``key`` (32 bytes)."""
    protected = _encoded(json.dumps(dict(header), separators=(",", ":")).encode())
    iv = secrets.token_bytes(iv_bytes)
    sealed = AESGCM(key).encrypt(iv, token, protected.encode())
    ciphertext, tag = sealed[:-_TAG_BYTES], sealed[-_TAG_BYTES:]
    return ".".join((protected, "", _encoded(iv), _encoded(ciphertext), _encoded(tag)))


class Identity:
    """The keys of one simulated Accounts, and the cookies made with them. Safe to use from many threads."""

    def __init__(self, private_key: str, encryption_key: str) -> None:
        self._private_key = private_key
        self.encryption_key = encryption_key
        """For ``SSO_ENCRYPTION_PRIVATE_KEY``: 32 printable characters, each one byte of the key."""

    @classmethod
    def open(cls, folder: Path) -> Identity:
        """Load the keys in ``folder``. Create missing keys."""
        folder.mkdir(parents=True, exist_ok=True)
        signature, encryption = folder / "sso-private-key.pem", folder / "sso-encryption-key.txt"
        private_key = signature.read_bytes() if signature.exists() else _read_or_create(signature, _new_private_key())
        return cls(private_key.decode(), _read_or_create(encryption, secrets.token_hex(16).encode()).decode())

    @property
    def signature_public_key(self) -> str:
        """Return the value of ``SSO_SIGNATURE_PUBLIC_KEY``: a PEM with real line breaks."""
        key = serialization.load_pem_private_key(self._private_key.encode(), password=None)
        pem = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        return pem.decode().strip()

    def token(self, subject: Any, *, lifetime: timedelta = LIFETIME, claims: Mapping[str, Any] | None = None) -> str:
        """Return a signed JWT for a cookie. ``claims`` replace the usual claims; ``None`` removes a claim."""
        now = int(time.time())
        usual = {
            "sub": subject,
            "iss": ISSUER,
            "aud": AUDIENCE,
            "exp": now + int(lifetime.total_seconds()),
            "nbf": now,
            "iat": now,
            "jti": str(uuid.uuid4()),
        }
        payload = {name: value for name, value in {**usual, **(claims or {})}.items() if value is not None}
        # Accounts writes an object into "sub", but PyJWT's usual method accepts only text in "sub".
        return jwt.api_jws.encode(json.dumps(payload).encode(), self._private_key, algorithm="RS256")

    def cookie(
        self,
        subject: Any,
        *,
        iv_bytes: Literal[12, 16] = 12,
        lifetime: timedelta = LIFETIME,
        claims: Mapping[str, Any] | None = None,
    ) -> str:
        """Return the value of a user's cookie.

        ``subject`` describes the user: ``{"id": 1, "uuid": "…", "name": "…"}``. Accounts makes IVs of 12 bytes.
        An older library made IVs of 16 bytes.
        """
        token = self.token(subject, lifetime=lifetime, claims=claims)
        return encrypted(token.encode(), self.encryption_key.encode(), iv_bytes=iv_bytes)
