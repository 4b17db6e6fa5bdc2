"""What the control API can change about the simulated Salesforce."""

from __future__ import annotations

import itertools
import threading
from dataclasses import dataclass, field
from typing import Literal

AUDIENCES = ("https://login.salesforce.com", "https://test.salesforce.com")

SessionForm = Literal["rest", "bulk"]


@dataclass
class BulkSettings:
    """How Bulk query jobs behave."""

    polls_until_complete: int = 0
    """Status calls that still see the job at work, even when its data is ready."""
    page_records: int = 50_000
    """Rows of a result page when the caller names no ``maxRecords``."""
    largest_page: int = 250_000
    """Rows of a result page at the most: Salesforce may send fewer than ``maxRecords``."""
    page_delay: float = 0.0
    """Seconds before each result page."""
    daily_jobs: int = 10_000
    failure: str = ""
    """When it is not empty, new jobs fail with this ``errorMessage``."""
    session_form: SessionForm = "rest"
    """How an expired session is told: ``rest`` 401 INVALID_SESSION_ID, ``bulk`` 400 InvalidSessionId."""


class ApiUsage:
    """API calls of the last 24 hours against the day's allowance. Safe to use from many threads."""

    def __init__(self, daily_max: int = 285_000) -> None:
        self._lock = threading.Lock()
        self._answers = itertools.count(1)
        self.daily_max = daily_max
        self.daily_used = 0
        self.more_parts = True
        """Whether the header at times has a second part. Some clients cannot read it then."""

    def spend(self) -> bool:
        """Counts one call; False, and nothing counted, when the allowance is used up."""
        with self._lock:
            if self.daily_used >= self.daily_max:
                return False
            self.daily_used += 1
            return True

    @property
    def remaining(self) -> int:
        return max(0, self.daily_max - self.daily_used)

    def header(self) -> str:
        """The value of ``Sforce-Limit-Info``, of seven answers once with the app's share, once with bursts."""
        usage = f"api-usage={self.daily_used}/{self.daily_max}"
        turn = next(self._answers) % 7
        if not self.more_parts or turn not in (0, 3):
            return usage
        if turn:
            return f"{usage}; api-bursts=1/750"
        return f"{usage}; per-app-api-usage={self.daily_used}/{self.daily_max}(appName=simulator-app)"


@dataclass
class SalesforceSettings:
    usage: ApiUsage = field(default_factory=ApiUsage)
    bulk: BulkSettings = field(default_factory=BulkSettings)
    blocked_flows: set[str] = field(default_factory=set)
    """Login flows that the organisation has switched off; the names are those of ``Session.flow``."""
    audiences: set[str] = field(default_factory=lambda: set(AUDIENCES))
    """What ``aud`` of a JWT may be: some orgs take their My Domain too."""
    app_has_user: bool = True
    """Somebody has chosen the user that client credentials run as."""

    def reset(self) -> None:
        """Everything as at the start, in the same objects."""
        self.usage.daily_max, self.usage.daily_used = ApiUsage().daily_max, 0
        self.usage.more_parts = True
        vars(self.bulk).update(vars(BulkSettings()))
        self.blocked_flows.clear()
        self.audiences = set(AUDIENCES)
        self.app_has_user = True
