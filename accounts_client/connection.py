"""Create the reader of the single sign-on cookie and the Accounts client, once per process."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings

from accounts_client.client import AccountsClient
from accounts_client.cookie import CookieReader, KeyUnusable
from accounts_client.errors import CookieError, Reason, Step
from accounts_client.types import Session


def read_cookie(cookie: str) -> Session:
    """Return the session in a valid cookie. Raises ``CookieError`` for any other cookie."""
    try:
        reader = get_cookie_reader()
    except KeyUnusable as error:
        raise CookieError(error.step, Reason.KEY_UNUSABLE) from error
    return reader.read(cookie)


def get_cookie_reader() -> CookieReader:
    """Return the cookie reader for the current keys.

    Raises ``KeyUnusable`` for a key of the wrong kind or length.
    """
    return _make_reader(settings.SSO_SIGNATURE_PUBLIC_KEY, settings.SSO_ENCRYPTION_PRIVATE_KEY)


@dataclass(frozen=True)
class KeyTypes:
    """The kinds of the keys that are set, without the keys themselves.

    A list is empty when no key is set, or when a key of the other list is unusable.
    """

    signature: list[str]
    encryption: list[str]


def get_cookie_key_types() -> KeyTypes:
    """Return the kinds of the keys, or only ``unusable`` when a key has the wrong kind or length."""
    try:
        reader = get_cookie_reader()
    except KeyUnusable as error:
        unusable = ["unusable"]
        return KeyTypes(unusable, []) if error.step is Step.SIGNATURE else KeyTypes([], unusable)
    return KeyTypes(reader.signature_key_types, reader.encryption_key_types)


def make_accounts_client() -> AccountsClient | None:
    """Return the client, or ``None`` when no credentials are set."""
    if not settings.ACCOUNTS_CLIENT_ID:
        return None
    return _make_accounts_client(
        settings.ACCOUNTS_URL,
        settings.ACCOUNTS_CLIENT_ID,
        settings.ACCOUNTS_CLIENT_SECRET,
        settings.ACCOUNTS_TOKEN_IN_QUERY,
    )


@lru_cache(maxsize=4)
def _make_reader(signature_public_key: str, encryption_key: str) -> CookieReader:
    return CookieReader(signature_public_key=signature_public_key, encryption_key=encryption_key)


@lru_cache(maxsize=4)
def _make_accounts_client(url: str, client_id: str, client_secret: str, token_in_query: bool) -> AccountsClient:
    return AccountsClient(url=url, client_id=client_id, client_secret=client_secret, token_in_query=token_in_query)
