"""The client of the Pardot (Account Engagement) API v5: only HTTP. It knows pages and errors, not what is read.

Source: "Version 5 Overview" of the Account Engagement API guide. The session is Salesforce's; at most ``MOST_OPEN``
requests of this process are open at once, because Pardot refuses the sixth of a business unit.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import requests

from pardot.platform.errors import API_TIMEOUT, Redirected, error_from_answer, redirection
from sf.salesforce.answers import UnusableAnswer
from sf.salesforce.client import SalesforceClient
from sf.salesforce.errors import LoginFailed, SessionExpired, TransientError
from sf.salesforce.http import Patience, Transport, retrying
from sf.salesforce.limits import ApiUsage
from sf.salesforce.login import Session
from sf.salesforce.reads import ask_patiently

MOST_OPEN = 4
"""Of Pardot's five; the fifth is for what staff do meanwhile."""
SMALL_PAGE, FEWEST_ROWS = 200, 25
"""Pages become no smaller than the first for good, and than the second at all."""
CEILING = 100_000
"""Rows after which a sequence of page tokens ends without an error."""

UNUSABLE_ANSWERS = 4

Result = TypeVar("Result")

_places = threading.BoundedSemaphore(MOST_OPEN)
_WITHHELD, _CEILING_REACHED = "202", "203"


@dataclass(frozen=True)
class Page:
    """Up to ``limit`` records. A page may be short and not the last one: only a missing token ends a sequence."""

    values: list[dict[str, Any]]
    next_token: str
    """Empty: the sequence has ended."""
    withheld: bool
    """Rows were left out because the API user may not see them."""
    ceiling_reached: bool
    """The sequence has ended at the ceiling; there are more rows."""


class PardotClient:
    """Calls of one business unit. Safe for many threads."""

    def __init__(self, salesforce: SalesforceClient, transport: Transport, *, url: str, business_unit: str) -> None:
        self._salesforce = salesforce
        self._transport = transport
        self._url = url
        self._business_unit = business_unit
        self.usage: ApiUsage | None = None
        """The day's calls as the latest answer told them; ``None`` before the first."""
        self.rows_in_time: int | None = None
        """Rows at once that Pardot still answers in time; ``None`` while it has answered all."""
        self._learning = threading.Lock()
        self._was_redirected = False

    @property
    def salesforce(self) -> SalesforceClient:
        """The client whose session this one uses."""
        return self._salesforce

    @property
    def patience(self) -> Patience:
        return self._transport.patience

    def page(self, path: str, *, fields: Sequence[str], params: Mapping[str, str]) -> Page:
        """The first page of a query, tried once. ``params`` without ``fields``."""
        return self._page(path, {"fields": ",".join(fields), **params}, fields)

    def next_page(self, path: str, *, fields: Sequence[str], token: str) -> Page:
        """The page that a token stands for, tried once. ``PageTokenGone`` when it is too old."""
        return self._page(path, {"fields": ",".join(fields), "nextPageToken": token}, fields)

    def rows_at_once(self, wanted: int) -> int:
        """How many rows to ask for: ``wanted``, or fewer when Pardot was too slow with so many."""
        return min(wanted, self.rows_in_time or wanted)

    def ask_for_less(self, rows: int) -> int:
        """So many rows were too many: half of them, and not more for the rest of this process; the smallest pages are
        for one place only."""
        fewer = max(rows // 2, FEWEST_ROWS)
        with self._learning:
            self.rows_in_time = min(self.rows_in_time or rows, max(fewer, min(rows, SMALL_PAGE)))
        return fewer

    def ask_usage(self) -> ApiUsage | None:
        """The day's calls, by the smallest call there is; ``None`` when Pardot does not tell."""
        self._patiently(lambda: self.page("tags", fields=["id"], params={"limit": "1"}))
        return self.usage

    def create_tag(self, name: str) -> int:
        """Make a tag; its id. Not tried again where it may have been made already."""
        answer = self._attempt("POST", "tags", params={"fields": "id"}, body={"name": name})
        return int(_json(answer, "POST tags")["id"])

    def patiently(self, action: Callable[[], Result], *, smallest: bool = False) -> Result:
        """Call ``action``, which asks for a page once, with patience. ``TooMuchAsked`` when Pardot runs out of time
        over a page that could be smaller; other ``CannotFinish`` when its answers cannot be used."""
        too_much = _never if smallest else _is_size_timeout
        return ask_patiently(action, self.patience, too_much=too_much, unusable_answers=UNUSABLE_ANSWERS)

    def _patiently(self, action: Any) -> Any:
        return retrying(action, self.patience)

    def _page(self, path: str, params: Mapping[str, str], fields: Sequence[str]) -> Page:
        answer = self._attempt("GET", path, params=params)
        found = _json(answer, f"GET {path}")
        values = found.get("values")
        if not isinstance(values, list) or any(name not in record for record in values for name in fields):
            raise UnusableAnswer(f"Pardot's answer to GET {path} is not a whole page")
        warnings = re.findall(r"(?:^|,)\s*(\d+)", answer.headers.get("Pardot-Warning", ""))
        return Page(
            values=values,
            next_token=found.get("nextPageToken") or "",
            withheld=_WITHHELD in warnings,
            ceiling_reached=_CEILING_REACHED in warnings,
        )

    def _attempt(
        self, method: str, path: str, *, params: Mapping[str, str], body: Mapping[str, str] | None = None
    ) -> requests.Response:
        """One attempt; a session that has expired is renewed, and once in the life of a client one that was redirected:
        a login page answers that way.

        A session may expire again before its first use: another thread was refused with it. One renewal for each of
        the calls that may be open is fair; a session refused more often is refused for good.
        """
        session = self._salesforce.session()
        for _ in range(MOST_OPEN):
            try:
                return self._send(session, method, path, params, body)
            except SessionExpired as error:
                refusal = error
            except Redirected:
                if not self._may_renew_redirected():
                    raise
                return self._send(self._salesforce.renewed_session(session), method, path, params, body)
            session = self._salesforce.renewed_session(session)
        message = f"{refusal}. {self._salesforce.after_renewal}"
        raise LoginFailed(message, code=refusal.code, status=refusal.status) from refusal

    def _may_renew_redirected(self) -> bool:
        with self._learning:
            may, self._was_redirected = not self._was_redirected, True
        return may

    def _send(
        self, session: Session, method: str, path: str, params: Mapping[str, str], body: Mapping[str, str] | None
    ) -> requests.Response:
        headers = {
            "Authorization": f"Bearer {session.access_token}",
            "Pardot-Business-Unit-Id": self._business_unit,
            "Accept": "application/json",
            "X-Return-Api-Usage": "1",
        }
        if body is not None:
            headers["Content-Type"] = "application/json"
        with _places:
            answer = self._transport.send(
                method,
                f"{self._url}/api/v5/objects/{path}",
                headers=headers,
                params=params,
                data=None if body is None else json.dumps(body).encode(),
            )
        self.usage = _usage(answer.headers.get("x-api-usage", "")) or self.usage
        if 300 <= answer.status_code < 400:
            location = answer.headers.get("Location", "")
            raise redirection(answer.status_code, location, host=self._url, asked=f"{method} {path}")
        if answer.status_code >= 400:
            raise error_from_answer(answer.status_code, answer.content, asked=f"{method} {path}")
        return answer


def _never(_: TransientError) -> bool:
    return False


def _is_size_timeout(error: TransientError) -> bool:
    """Pardot's own words, or those of what stands before it."""
    return error.code == API_TIMEOUT or (error.status == 504 and not error.code)


def _usage(header: str) -> ApiUsage | None:
    """``18/50000`` → used and maximum."""
    match = re.search(r"(\d+)\s*/\s*(\d+)", header)
    return ApiUsage(int(match.group(1)), int(match.group(2))) if match else None


def _json(answer: requests.Response, asked: str) -> dict[str, Any]:
    try:
        # Decimal digits stay as they were written: a float would change them.
        found = json.loads(answer.content, parse_float=str)
    except ValueError as error:
        raise UnusableAnswer(f"Pardot's answer to {asked} is not whole JSON: {error}") from error
    if not isinstance(found, dict):
        raise UnusableAnswer(f"Pardot's answer to {asked} is not a JSON object")
    return found
