"""Make single sign-on cookies for tests: valid cookies as Accounts issues them, and forged cookies.

The code follows RFC 7516 and RFC 7519, and shares nothing with the simulator or the code under test.
"""

from __future__ import annotations

import base64
import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from cryptography.hazmat.primitives import hashes, hmac, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

JWE_HEADER = {"alg": "dir", "enc": "A256GCM"}
JWT_HEADER = {"alg": "RS256", "typ": "JWT"}
UUID = "1f6c2e8a-9d3b-4c57-8a10-6e5b7d2f4c90"


def part(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def json_part(value: Any) -> str:
    return part(json.dumps(value).encode())


@cache
def rsa_key(number: int = 0) -> rsa.RSAPrivateKey:
    """Return the same key for the same number: making a key is slow."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass(frozen=True)
class CookieMaker:
    """The keys that Accounts would have, and the cookies made with them."""

    private_key: rsa.RSAPrivateKey = field(default_factory=rsa_key)
    encryption_key: str = field(default_factory=lambda: secrets.token_hex(16))

    @property
    def public_pem(self) -> str:
        form = serialization.PublicFormat.SubjectPublicKeyInfo
        return self.private_key.public_key().public_bytes(serialization.Encoding.PEM, form).decode()

    def cookie(self, *, uuid: str = UUID, name: str = "Ines Example", user_id: int = 7, **claims: Any) -> str:
        """Return a cookie with the usual claims. ``claims`` adds or replaces claims; ``None`` leaves a claim out."""
        subject = {"id": user_id, "uuid": uuid, "name": name}
        return self.encrypted(self.signed(self.claims(**{"sub": subject, **claims})))

    def claims(self, **changes: Any) -> dict[str, Any]:
        now = int(time.time())
        usual = {"iss": "OpenStax Accounts", "aud": "OpenStax", "iat": now, "nbf": now, "exp": now + 20 * 365 * 86_400}
        return {name: value for name, value in {**usual, **changes}.items() if value is not None}

    def signed(self, payload: Any, header: Mapping[str, Any] = JWT_HEADER) -> str:
        """Sign with RS256, whatever the header says."""
        text = f"{json_part(header)}.{json_part(payload)}"
        signature = self.private_key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())
        return f"{text}.{part(signature)}"

    def signed_with_public_key(self, payload: Any) -> str:
        """Sign with HS256 and the public key as the secret: the classic forgery."""
        text = f"{json_part({'alg': 'HS256', 'typ': 'JWT'})}.{json_part(payload)}"
        mac = hmac.HMAC(self.public_pem.encode(), hashes.SHA256())
        mac.update(text.encode())
        return f"{text}.{part(mac.finalize())}"

    def encrypted(self, token: str, header: Mapping[str, Any] = JWE_HEADER, iv_bytes: int = 16) -> str:
        protected, iv = json_part(header), secrets.token_bytes(iv_bytes)
        sealed = AESGCM(self.encryption_key.encode()).encrypt(iv, token.encode(), protected.encode())
        return ".".join([protected, "", part(iv), part(sealed[:-16]), part(sealed[-16:])])
