"""Decrypt and verify the single sign-on cookie: a JWE (``dir``, A256GCM) that contains a JWT (RS256).

Anybody can send any cookie. Cookies that are too long or malformed are therefore refused before any cryptography, and
``CookieReader.read`` raises only ``CookieError``. The format follows RFC 7516, RFC 7519 and the public code of
openstax/accounts. That code makes IVs of 96 or 128 bits, puts an object into ``sub``, and lets cookies be valid for
years.
"""

from __future__ import annotations

import base64
import binascii
import json
import math
import re
import time
from contextlib import suppress
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import jwt
from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from accounts_client.errors import CookieError, Reason, Step
from accounts_client.keys import ENCRYPTION_KEY_BYTES, split_encryption_keys, split_signature_keys
from accounts_client.types import Session, parse_uuid

AUDIENCE = "OpenStax"
ISSUER = "OpenStax Accounts"
MAX_COOKIE_CHARACTERS = 8192
"""Twice the 4096 characters that browsers store."""
COOKIES_KEPT = 1000
"""The largest number of verified cookies in a reader's cache.
One page sends the same cookie with several calls."""
CLOCK_SKEW_SECONDS = 60
"""The seconds by which the clock of Accounts may be ahead of this host's clock.
The check of the expiry allows no difference."""

_ALLOWED_HEADER = {"alg": "dir", "enc": "A256GCM"}
_MAX_HEADER_CHARACTERS = 512
_JSON_OBJECT_START = "eyJ"
"""The first characters, in base64url, of ``{"`` and a letter: the header of a JWE begins with them."""
_IV_BYTES = (12, 16)
_TAG_BYTES = 16
_MIN_RSA_BITS = 2048
_BASE64URL = re.compile(r"[A-Za-z0-9_-]*")


class KeyUnusable(ValueError):
    """Raised for a key of the wrong kind or length.

    The message names the setting, never the key.
    """

    def __init__(self, step: Step, message: str) -> None:
        super().__init__(message)
        self.step = step


class CookieReader:
    """Decrypts and verifies cookies with ``SSO_ENCRYPTION_PRIVATE_KEY`` and ``SSO_SIGNATURE_PUBLIC_KEY``.

    Each setting may contain several keys. While Accounts changes a key, cookies of the old and the new key are
    accepted. Cookies do not say which key was used, so the keys are tried in order. If a setting is empty, every
    cookie is refused, at the latest at the step that needs the missing key. A key of the wrong kind or length raises
    ``KeyUnusable``.
    """

    def __init__(self, *, signature_public_key: str, encryption_key: str) -> None:
        self._ciphers = [_make_cipher(key) for key in split_encryption_keys(encryption_key)]
        self._signature_keys = [_load_public_key(pem) for pem in split_signature_keys(signature_public_key)]
        self._open_cached = lru_cache(maxsize=COOKIES_KEPT)(self._open)

    @property
    def signature_key_types(self) -> list[str]:
        """Return the algorithm and length of each signature key, such as ``RSA-2048``."""
        return [f"RSA-{key.key_size}" for key in self._signature_keys]

    @property
    def encryption_key_types(self) -> list[str]:
        """Return ``AES-256``, the only algorithm that Accounts uses, once for each encryption key."""
        return [f"AES-{ENCRYPTION_KEY_BYTES * 8}" for _ in self._ciphers]

    def read(self, cookie: str) -> Session:
        """Return the session in a valid cookie.

        Raises ``CookieError`` with the step that failed and the reason.
        """
        return _read_session(self._open_cached(cookie))

    def _open(self, cookie: str) -> bytes:
        """Decrypt the cookie, verify its signature, and return the payload.

        The payload may be cached, because decryption and signature do not depend on the time. The claims do: ``read``
        checks them at each call.
        """
        return self._verify(self._decrypt(cookie))

    def _decrypt(self, cookie: str) -> bytes:
        if not self._ciphers:
            raise CookieError(Step.DECRYPTION, Reason.KEY_NOT_SET)
        if len(cookie) > MAX_COOKIE_CHARACTERS:
            raise CookieError(Step.DECRYPTION, Reason.TOO_LONG)
        protected, iv, ciphertext, tag = _split(cookie)
        _check_header(protected)
        for cipher in self._ciphers:
            with suppress(InvalidTag):
                return cipher.decrypt(iv, ciphertext + tag, protected.encode())
        raise CookieError(Step.DECRYPTION, Reason.WRONG_KEY_OR_ALTERED)

    def _verify(self, token: bytes) -> bytes:
        if not self._signature_keys:
            raise CookieError(Step.SIGNATURE, Reason.KEY_NOT_SET)
        for key in self._signature_keys:
            with suppress(jwt.InvalidSignatureError):
                return _verify_with(key, token)
        raise CookieError(Step.SIGNATURE, Reason.WRONG_KEY_OR_ALTERED)


def _verify_with(key: RSAPublicKey, token: bytes) -> bytes:
    """Return the payload of a token that was signed with this key.

    Raises ``InvalidSignatureError`` when the signature does not match the key, and ``CookieError`` for a bad token.
    """
    try:
        payload: bytes = jwt.api_jws.decode(token, key, algorithms=["RS256"])
    except jwt.InvalidSignatureError:
        raise
    except jwt.InvalidAlgorithmError:
        raise CookieError(Step.SIGNATURE, Reason.UNSUPPORTED_ALGORITHM) from None
    except jwt.DecodeError:
        raise CookieError(Step.SIGNATURE, Reason.MALFORMED) from None
    except jwt.InvalidTokenError:  # an unknown "crit", a "b64" that "crit" does not list, or a "kid" that is no string
        raise CookieError(Step.SIGNATURE, Reason.UNSUPPORTED_HEADER) from None
    return payload


def _make_cipher(key: str) -> AESGCM:
    material = key.encode()
    if len(material) != ENCRYPTION_KEY_BYTES:
        raise KeyUnusable(
            Step.DECRYPTION,
            f"SSO_ENCRYPTION_PRIVATE_KEY has {len(material)} bytes, but must have {ENCRYPTION_KEY_BYTES}",
        )
    return AESGCM(material)


def _load_public_key(pem: str) -> RSAPublicKey:
    try:
        key = load_pem_public_key(pem.encode())
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, RSAPublicKey) or key.key_size < _MIN_RSA_BITS:
        raise KeyUnusable(
            Step.SIGNATURE,
            "SSO_SIGNATURE_PUBLIC_KEY must be the PEM (-----BEGIN PUBLIC KEY-----) of an RSA key of at least "
            f"{_MIN_RSA_BITS} bits",
        )
    return key


def _split(cookie: str) -> tuple[str, bytes, bytes, bytes]:
    """Split a compact JWE without an encrypted key into its header, IV, ciphertext and tag."""
    parts = cookie.split(".")
    if len(parts) != 5:
        is_cut_off = len(parts) < 5 and cookie.startswith(_JSON_OBJECT_START)
        raise CookieError(Step.DECRYPTION, Reason.CUT_OFF if is_cut_off else Reason.MALFORMED)
    protected, encrypted_key, iv, ciphertext, tag = parts
    if encrypted_key or not protected or not all(_BASE64URL.fullmatch(part) for part in parts):
        raise CookieError(Step.DECRYPTION, Reason.MALFORMED)
    # The tag is the last part and has a fixed length, so a shorter tag means that the end is missing.
    if len(tag) < len(_encode(bytes(_TAG_BYTES))):
        raise CookieError(Step.DECRYPTION, Reason.CUT_OFF)
    raw_iv, raw_tag = _decode(iv), _decode(tag)
    if len(raw_iv) not in _IV_BYTES:
        raise CookieError(Step.DECRYPTION, Reason.BAD_IV)
    if len(raw_tag) != _TAG_BYTES:
        raise CookieError(Step.DECRYPTION, Reason.MALFORMED)
    return protected, raw_iv, _decode(ciphertext), raw_tag


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decode(part: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except binascii.Error:
        raise CookieError(Step.DECRYPTION, Reason.MALFORMED) from None


def _check_header(protected: str) -> None:
    """Raise ``CookieError`` unless the header has the allowed algorithms, no ``zip`` and no ``crit``."""
    if len(protected) > _MAX_HEADER_CHARACTERS:
        raise CookieError(Step.DECRYPTION, Reason.MALFORMED)
    try:
        header = json.loads(_decode(protected))
    except (ValueError, RecursionError):
        raise CookieError(Step.DECRYPTION, Reason.MALFORMED) from None
    if not isinstance(header, dict):
        raise CookieError(Step.DECRYPTION, Reason.MALFORMED)
    if "zip" in header:
        raise CookieError(Step.DECRYPTION, Reason.COMPRESSED)
    if "crit" in header:
        raise CookieError(Step.DECRYPTION, Reason.UNSUPPORTED_HEADER)
    if {name: header.get(name) for name in _ALLOWED_HEADER} != _ALLOWED_HEADER:
        raise CookieError(Step.DECRYPTION, Reason.UNSUPPORTED_ALGORITHM)


def _read_session(payload: bytes) -> Session:
    try:
        claims = json.loads(payload)
    except (ValueError, RecursionError):
        raise CookieError(Step.CLAIMS, Reason.MALFORMED) from None
    if not isinstance(claims, dict):
        raise CookieError(Step.CLAIMS, Reason.MALFORMED)
    audience = claims.get("aud")
    if audience != AUDIENCE and not (isinstance(audience, list) and AUDIENCE in audience):
        raise CookieError(Step.CLAIMS, Reason.WRONG_AUDIENCE)
    if claims.get("iss") != ISSUER:
        raise CookieError(Step.CLAIMS, Reason.WRONG_ISSUER)
    _check_times(claims)
    return _read_subject(claims.get("sub"), issued=_read_seconds(claims, "iat"))


def _check_times(claims: dict[str, Any]) -> None:
    now = time.time()
    expires_at, valid_from = _read_seconds(claims, "exp"), _read_seconds(claims, "nbf")
    if expires_at is None:
        raise CookieError(Step.CLAIMS, Reason.NO_EXPIRY)
    if expires_at <= now:
        raise CookieError(Step.CLAIMS, Reason.EXPIRED)
    if valid_from is not None and valid_from > now + CLOCK_SKEW_SECONDS:
        raise CookieError(Step.CLAIMS, Reason.NOT_YET_VALID)


def _read_seconds(claims: dict[str, Any], name: str) -> float | None:
    """Return a claim in seconds since 1970, or ``None`` if the claim is missing.

    Raises ``CookieError`` when the claim is not a number from 0 up.
    """
    value = claims.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < math.inf:
        raise CookieError(Step.CLAIMS, Reason.BAD_TIME)
    return value


def _read_subject(subject: Any, *, issued: float | None) -> Session:
    if not isinstance(subject, dict):
        raise CookieError(Step.CLAIMS, Reason.BAD_SUBJECT)
    uuid, user_id, name = parse_uuid(subject.get("uuid")), subject.get("id"), subject.get("name")
    if uuid is None or isinstance(user_id, bool) or not isinstance(user_id, int | None):
        raise CookieError(Step.CLAIMS, Reason.BAD_SUBJECT)
    return Session(
        uuid=uuid,
        id=user_id,
        name=name if isinstance(name, str) else "",
        issued_at=_as_datetime(issued) if issued else None,
    )


def _as_datetime(seconds: float) -> datetime:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        raise CookieError(Step.CLAIMS, Reason.BAD_TIME) from None
