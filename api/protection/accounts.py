"""Ask OpenStax Accounts while requests of the API wait: few calls at once, fewer after failures.

Each process remembers a found user for a minute, because every page of a front end asks ``/me``.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import TypeVar

from accounts_client.client import AccountsClient
from accounts_client.errors import AccountsError
from accounts_client.types import AccountsUser
from api.protection import breaker
from api.protection.bulkhead import Neighbor, place

BELIEVED_SECONDS = 60.0
MOST_USERS = 5_000
"""The largest number of users to remember in each process."""

Answer = TypeVar("Answer")
_Key = tuple[AccountsClient, str]


class AccountsAway(Exception):
    """Accounts was not asked, or gave no usable answer. The message is for the log."""


class _Memory:
    """Users by client and UUID. The users stored longest ago are dropped first."""

    def __init__(self) -> None:
        self._users: OrderedDict[_Key, tuple[float, AccountsUser]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: _Key) -> AccountsUser | None:
        until, user = self._users.get(key, (0.0, None))
        return user if time.monotonic() < until else None

    def keep(self, key: _Key, user: AccountsUser) -> None:
        with self._lock:
            self._users[key] = (time.monotonic() + BELIEVED_SECONDS, user)
            self._users.move_to_end(key)
            if len(self._users) > MOST_USERS:
                self._users.popitem(last=False)

    def forget(self) -> None:
        with self._lock:
            self._users.clear()


memory = _Memory()


def fetch_accounts_user(client: AccountsClient, uuid: str) -> AccountsUser | None:
    """Return the user, or ``None`` when Accounts has no such user. Raises ``AccountsAway``."""
    key = (client, uuid)
    if cached_user := memory.get(key):
        return cached_user
    user = ask_accounts(lambda: client.user(uuid))
    if user:
        memory.keep(key, user)
    return user


def ask_accounts(question: Callable[[], Answer]) -> Answer:
    """Return the answer to one question. Raises ``AccountsAway``."""
    with place(Neighbor.ACCOUNTS) as free:
        if not free:
            raise AccountsAway("as many requests as allowed already wait for Accounts or Salesforce")
        if not breaker.may_ask_accounts():
            raise AccountsAway("the latest calls to Accounts failed or were slow")
        return _ask(question)


def _ask(question: Callable[[], Answer]) -> Answer:
    began = time.monotonic()
    try:
        answer = question()
    except AccountsError as error:
        breaker.note_failure(str(error), name=breaker.ACCOUNTS)
        raise AccountsAway(str(error)) from error
    breaker.note_answer(breaker.ACCOUNTS, time.monotonic() - began)
    return answer
