"""Open the single sign-on cookie, a JWE (``dir``, A256GCM) around a JWT (RS256), with a strict check of each part.

Pure and quick: cookies that are too long or of another form are refused before anything is computed. A cookie comes
from a stranger, so ``CookieReader.read`` raises only ``CookieError``. Source: RFC 7516, RFC 7519 and the public
code of openstax/accounts, which writes IVs of 96 or 128 bits, an object in ``sub``, and cookies that live for
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
from accounts_client.keys import ENCRYPTION_KEY_BYTES, encryption_keys, signature_keys
from accounts_client.types import Session, canonical_uuid

AUDIENCE = "OpenStax"
ISSUER = "OpenStax Accounts"
MAX_COOKIE_CHARACTERS = 8192
"""Browsers stop at 4096 characters."""
COOKIES_KEPT = 1000
"""The number of opened cookies that a reader keeps: a page calls several times with the same one."""
CLOCK_SKEW_SECONDS = 60
"""The time that the clock of Accounts may be ahead of ours. Expiry gets no such grace."""

_ALLOWED_HEADER = {"alg": "dir", "enc": "A256GCM"}
_MAX_HEADER_CHARACTERS = 512
_BEGINNING = "eyJ"
"""The beginning of any JSON object in base64url."""
_IV_BYTES = (12, 16)
_TAG_BYTES = 16
_SMALLEST_RSA_BITS = 2048
_BASE64URL = re.compile(r"[A-Za-z0-9_-]*")


class KeyUnusable(ValueError):
    """A key that cannot open any cookie. The message names the setting, never the key."""

    def __init__(self, step: Step, message: str) -> None:
        super().__init__(message)
        self.step = step


class CookieReader:
    """Opens cookies with the keys of ``SSO_SIGNATURE_PUBLIC_KEY`` and ``SSO_ENCRYPTION_PRIVATE_KEY``.

    Each may hold several, in whatever combination: while Accounts changes its keys, cookies of the old and the new
    ones are both good. Accounts names no key in its cookies, so they are tried in order. A missing key fails each
    cookie at the key's step. Raises ``KeyUnusable`` for a key of another kind.
    """

    def __init__(self, *, signature_public_key: str, encryption_key: str) -> None:
        self._ciphers = [_cipher(key) for key in encryption_keys(encryption_key)]
        self._signature_keys = [_public_key(pem) for pem in signature_keys(signature_public_key)]
        self._opened = lru_cache(maxsize=COOKIES_KEPT)(self._open)

    @property
    def signature_key_types(self) -> list[str]:
        """Return the kind and length of each signature key, such as ``RSA-2048``."""
        return [f"RSA-{key.key_size}" for key in self._signature_keys]

    @property
    def encryption_key_types(self) -> list[str]:
        """Return ``AES-256``, the only kind that Accounts uses, for each key."""
        return [f"AES-{ENCRYPTION_KEY_BYTES * 8}" for _ in self._ciphers]

    def read(self, cookie: str) -> Session:
        """Return the session that the cookie proves. ``CookieError`` says at which step it failed and why."""
        return _session(self._opened(cookie))

    def _open(self, cookie: str) -> bytes:
        """Return the signed and encrypted payload, which never changes and is cached.

        Claims and times are checked each time.
        """
        return self._verified(self._decrypted(cookie))

    def _decrypted(self, cookie: str) -> bytes:
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

    def _verified(self, token: bytes) -> bytes:
        if not self._signature_keys:
            raise CookieError(Step.SIGNATURE, Reason.KEY_NOT_SET)
        for key in self._signature_keys:
            with suppress(jwt.InvalidSignatureError):
                return _signed_payload(token, key)
        raise CookieError(Step.SIGNATURE, Reason.WRONG_KEY_OR_ALTERED)


def _signed_payload(token: bytes, key: RSAPublicKey) -> bytes:
    """Return what the key has signed.

    Raises ``InvalidSignatureError`` when another key signed it, otherwise ``CookieError``.
    """
    try:
        payload: bytes = jwt.api_jws.decode(token, key, algorithms=["RS256"])
    except jwt.InvalidSignatureError:
        raise
    except jwt.InvalidAlgorithmError:
        raise CookieError(Step.SIGNATURE, Reason.UNSUPPORTED_ALGORITHM) from None
    except jwt.DecodeError:
        raise CookieError(Step.SIGNATURE, Reason.MALFORMED) from None
    except jwt.InvalidTokenError:  # an unknown "crit", a "b64" or "kid" of the wrong kind
        raise CookieError(Step.SIGNATURE, Reason.UNSUPPORTED_HEADER) from None
    return payload


def _cipher(key: str) -> AESGCM:
    material = key.encode()
    if len(material) != ENCRYPTION_KEY_BYTES:
        raise KeyUnusable(
            Step.DECRYPTION, f"SSO_ENCRYPTION_PRIVATE_KEY: has {len(material)} bytes, not {ENCRYPTION_KEY_BYTES}"
        )
    return AESGCM(material)


def _public_key(pem: str) -> RSAPublicKey:
    try:
        key = load_pem_public_key(pem.encode())
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, RSAPublicKey) or key.key_size < _SMALLEST_RSA_BITS:
        raise KeyUnusable(
            Step.SIGNATURE,
            "SSO_SIGNATURE_PUBLIC_KEY: is not the PEM (-----BEGIN PUBLIC KEY-----) of an RSA key of "
            f"{_SMALLEST_RSA_BITS} bits or more",
        )
    return key


def _split(cookie: str) -> tuple[str, bytes, bytes, bytes]:
    """Return the protected header as it is, IV, ciphertext and tag of a compact JWE without an encrypted key."""
    parts = cookie.split(".")
    if len(parts) != 5:
        begun = len(parts) < 5 and cookie.startswith(_BEGINNING)
        raise CookieError(Step.DECRYPTION, Reason.CUT_OFF if begun else Reason.MALFORMED)
    protected, encrypted_key, iv, ciphertext, tag = parts
    if encrypted_key or not protected or not all(_BASE64URL.fullmatch(part) for part in parts):
        raise CookieError(Step.DECRYPTION, Reason.MALFORMED)
    # The tag comes last and has a fixed length, so a shorter one means that the end is missing.
    if len(tag) < len(_encoded(bytes(_TAG_BYTES))):
        raise CookieError(Step.DECRYPTION, Reason.CUT_OFF)
    raw_iv, raw_tag = _decoded(iv), _decoded(tag)
    if len(raw_iv) not in _IV_BYTES:
        raise CookieError(Step.DECRYPTION, Reason.BAD_IV)
    if len(raw_tag) != _TAG_BYTES:
        raise CookieError(Step.DECRYPTION, Reason.MALFORMED)
    return protected, raw_iv, _decoded(ciphertext), raw_tag


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decoded(part: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except binascii.Error:
        raise CookieError(Step.DECRYPTION, Reason.MALFORMED) from None


def _check_header(protected: str) -> None:
    """Accept only one pair of algorithms, no compression, and no critical header."""
    if len(protected) > _MAX_HEADER_CHARACTERS:
        raise CookieError(Step.DECRYPTION, Reason.MALFORMED)
    try:
        header = json.loads(_decoded(protected))
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


def _session(payload: bytes) -> Session:
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
    return _subject(claims.get("sub"), issued=_seconds(claims, "iat"))


def _check_times(claims: dict[str, Any]) -> None:
    now = time.time()
    expires, begins = _seconds(claims, "exp"), _seconds(claims, "nbf")
    if expires is None:
        raise CookieError(Step.CLAIMS, Reason.NO_EXPIRY)
    if expires <= now:
        raise CookieError(Step.CLAIMS, Reason.EXPIRED)
    if begins is not None and begins > now + CLOCK_SKEW_SECONDS:
        raise CookieError(Step.CLAIMS, Reason.NOT_YET_VALID)


def _seconds(claims: dict[str, Any], name: str) -> float | None:
    """Return a time in seconds since 1970; ``None`` when the claim is missing. Text, true and NaN are refused."""
    value = claims.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < math.inf:
        raise CookieError(Step.CLAIMS, Reason.BAD_TIME)
    return value


def _subject(subject: Any, *, issued: float | None) -> Session:
    if not isinstance(subject, dict):
        raise CookieError(Step.CLAIMS, Reason.BAD_SUBJECT)
    uuid, user_id, name = canonical_uuid(subject.get("uuid")), subject.get("id"), subject.get("name")
    if uuid is None or isinstance(user_id, bool) or not isinstance(user_id, int | None):
        raise CookieError(Step.CLAIMS, Reason.BAD_SUBJECT)
    return Session(
        uuid=uuid, id=user_id, name=name if isinstance(name, str) else "", issued_at=_moment(issued) if issued else None
    )


def _moment(seconds: float) -> datetime:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        raise CookieError(Step.CLAIMS, Reason.BAD_TIME) from None
