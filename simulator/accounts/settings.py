"""What the control API can change about the simulated Accounts, and its tokens."""

from __future__ import annotations

import secrets
import threading
import time
from dataclasses import dataclass, field
from typing import Any


@dataclass
class AccountsSettings:
    """What the control API can change about the simulated Accounts."""

    delay_seconds: float = 0.0
    """How long each call takes."""
    token_seconds: float = 7_200
    """How long a token lives."""
    denied_status: int = 403
    """What a search without a valid token is answered."""
    fail_status: int = 500
    fail_times: int = 0
    """So many calls from now on get ``fail_status``; -1: all."""
    tokens: dict[str, float] = field(default_factory=dict, repr=False)
    """Tokens in force and when they end, in seconds since 1970."""
    changed: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By UUID: users added, and fields that differ from what Salesforce says."""
    lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def reset(self) -> None:
        """Back to the defaults, in place."""
        self.__dict__.update(AccountsSettings().__dict__)

    def fails_now(self) -> bool:
        """Whether this call fails; takes one off the count."""
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
