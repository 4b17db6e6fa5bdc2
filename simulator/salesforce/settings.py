"""Settings of the simulated Salesforce that the control API can change."""

from __future__ import annotations

import itertools
import threading
from dataclasses import dataclass, field
from typing import Literal

AUDIENCES = ("https://login.salesforce.com", "https://test.salesforce.com")

SessionForm = Literal["rest", "bulk"]


@dataclass
class BulkSettings:
    """The behavior of Bulk query jobs."""

    polls_until_complete: int = 0
    """The number of status calls that get ``InProgress`` first, even if the job's data is ready."""
    page_records: int = 50_000
    """The number of rows on a result page when the caller gives no ``maxRecords``."""
    largest_page: int = 250_000
    """The upper limit of ``maxRecords``. Salesforce too may send fewer rows than the caller asks for."""
    page_delay: float = 0.0
    """The pause in seconds before each result page."""
    daily_jobs: int = 10_000
    failure: str = ""
    """The ``errorMessage`` with which new jobs fail. If it is empty, new jobs do not fail."""
    session_form: SessionForm = "rest"
    """The error for an expired session: ``rest`` 401 INVALID_SESSION_ID, ``bulk`` 400 InvalidSessionId."""


class ApiUsage:
    """The number of API calls, and the daily limit. Safe to use from many threads."""

    def __init__(self, daily_max: int = 285_000) -> None:
        self._lock = threading.Lock()
        self._answers = itertools.count(1)
        self.daily_max = daily_max
        self.daily_used = 0
        self.more_parts = True
        """If true, ``Sforce-Limit-Info`` sometimes has a second part, which some clients cannot read."""

    def spend(self) -> bool:
        """Count one call. If the daily limit has already been reached, return ``False`` and do not count it."""
        with self._lock:
            if self.daily_used >= self.daily_max:
                return False
            self.daily_used += 1
            return True

    @property
    def remaining(self) -> int:
        return max(0, self.daily_max - self.daily_used)

    def header(self) -> str:
        """Return the value of ``Sforce-Limit-Info``.

        With ``more_parts``, two of every seven values have a second part: the app's calls in one, bursts in the other.
        """
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
    """The login flows that the organization has switched off, such as ``jwt`` or ``soap``."""
    audiences: set[str] = field(default_factory=lambda: set(AUDIENCES))
    """The accepted values of a JWT's ``aud``. Some orgs accept their My Domain too."""
    app_has_user: bool = True
    """An administrator has chosen the user that client credentials run as."""

    def reset(self) -> None:
        """Restore the defaults, in place."""
        self.usage.daily_max, self.usage.daily_used = ApiUsage().daily_max, 0
        self.usage.more_parts = True
        vars(self.bulk).update(vars(BulkSettings()))
        self.blocked_flows.clear()
        self.audiences = set(AUDIENCES)
        self.app_has_user = True
