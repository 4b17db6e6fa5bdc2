"""Settings of the simulated Accounts, changes to its users, and issued tokens."""

from __future__ import annotations

import secrets
import threading
import time
from dataclasses import dataclass, field
from typing import Any


@dataclass
class AccountsSettings:
    """The settings that the control API can change, the changes to users, and the tokens."""

    delay_seconds: float = 0.0
    """The delay of each call."""
    token_seconds: float = 7_200
    """The lifetime of a token."""
    denied_status: int = 403
    """The status of the answer when users are searched without a valid token."""
    fail_status: int = 500
    fail_times: int = 0
    """This many of the next calls get ``fail_status``; -1: all calls."""
    tokens: dict[str, float] = field(default_factory=dict, repr=False)
    """The issued tokens and when they expire, in seconds since 1970."""
    changed: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Changes by UUID: the fields of added users, and the new values of other users' fields."""
    lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def reset(self) -> None:
        """Restore the defaults in place, and forget all tokens and all changes to users."""
        self.__dict__.update(AccountsSettings().__dict__)

    def fails_now(self) -> bool:
        """Return whether this call fails, and reduce the count."""
        with self.lock:
            if self.fail_times > 0:
                self.fail_times -= 1
                return True
            return self.fail_times < 0

    def new_token(self) -> str:
        token = secrets.token_hex(32)
        with self.lock:
            self.tokens[token] = time.time() + self.token_seconds
        return token

    def accepts(self, token: str) -> bool:
        return self.tokens.get(token, 0.0) > time.time()
