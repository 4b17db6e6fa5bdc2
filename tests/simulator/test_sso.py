"""The cookie of the simulated Accounts, decrypted as RFC 7516 and RFC 7519 say, without SFAPI's code."""

from __future__ import annotations

import base64
import json
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from simulator.sso import Identity

USER = {"id": 1, "uuid": "00000000-0000-4000-8000-000000000001", "name": "Zoë O’Néill"}


@pytest.fixture(scope="module")
def identity(tmp_path_factory: pytest.TempPathFactory) -> Identity:
    return Identity.open(tmp_path_factory.mktemp("keys"))


def decode_part(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def decrypt(cookie: str, key: str) -> str:
    header, wrapped_key, iv, ciphertext, tag = cookie.split(".")
    assert json.loads(decode_part(header)) == {"alg": "dir", "enc": "A256GCM"}
    assert wrapped_key == ""
    sealed = decode_part(ciphertext) + decode_part(tag)
    return AESGCM(key.encode()).decrypt(decode_part(iv), sealed, header.encode()).decode()


def claims(cookie: str, identity: Identity) -> dict[str, Any]:
    token = decrypt(cookie, identity.encryption_key)
    options = {"verify_sub": False, "require": ["exp", "iss", "aud"]}
    content: dict[str, Any] = jwt.decode(
        token,
        identity.signature_public_key,
        algorithms=["RS256"],
        audience="OpenStax",
        issuer="OpenStax Accounts",
        options=options,  # type: ignore[arg-type]
    )
    return content


def test_a_cookie_contains_the_user_and_is_valid_for_twenty_years(identity: Identity) -> None:
    content = claims(identity.cookie(USER), identity)
    assert content["sub"] == USER
    assert content["exp"] - time.time() > 19 * 365 * 86_400
    assert {"nbf", "iat", "jti"} <= set(content)


@pytest.mark.parametrize("iv_bytes", [12, 16])
def test_a_cookie_can_have_either_length_of_iv(identity: Identity, iv_bytes: Any) -> None:
    cookie = identity.cookie(USER, iv_bytes=iv_bytes)
    assert len(decode_part(cookie.split(".")[2])) == iv_bytes
    assert claims(cookie, identity)["sub"] == USER


def test_the_value_is_short_enough_for_a_cookie(identity: Identity) -> None:
    assert len(identity.cookie({**USER, "name": "ü" * 200})) < 4_096


def test_a_cookie_can_be_made_invalid_on_purpose(identity: Identity) -> None:
    with pytest.raises(jwt.ExpiredSignatureError):
        claims(identity.cookie(USER, lifetime=timedelta(seconds=-5)), identity)
    with pytest.raises(jwt.MissingRequiredClaimError):
        claims(identity.cookie(USER, claims={"exp": None}), identity)
    with pytest.raises(jwt.InvalidAudienceError):
        claims(identity.cookie(USER, claims={"aud": "Elsewhere"}), identity)


def test_another_key_cannot_decrypt_a_cookie(identity: Identity, tmp_path: Path) -> None:
    other = Identity.open(tmp_path)
    with pytest.raises(InvalidTag):
        decrypt(identity.cookie(USER), other.encryption_key)


def test_keys_are_created_once(tmp_path: Path) -> None:
    first, second = Identity.open(tmp_path), Identity.open(tmp_path)
    assert first.signature_public_key == second.signature_public_key
    assert len(first.encryption_key.encode()) == 32
    assert claims(first.cookie(USER), second)["sub"] == USER
    assert {path.stat().st_mode & 0o077 for path in tmp_path.iterdir()} == {0}
