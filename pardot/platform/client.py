"""The HTTP client of the Pardot (Account Engagement) API v5.

It knows pages and errors, but not entities.

Source: "Version 5 Overview" of the Account Engagement API guide. The client uses the session of the Salesforce client.
At most ``MOST_OPEN`` requests of this process are open at once.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import requests

from pardot.platform.errors import API_TIMEOUT, Redirected, make_error_from_answer, make_redirect_error
from sf.salesforce.answers import UnusableAnswer
from sf.salesforce.client import SalesforceClient
from sf.salesforce.errors import LoginFailed, SessionExpired, TransientError
from sf.salesforce.http import Patience, Transport, retrying
from sf.salesforce.limits import ApiUsage
from sf.salesforce.login import Session
from sf.salesforce.reads import ask_patiently

MOST_OPEN = 4
"""Pardot allows five open requests per business unit. One is left to other programs."""
SMALL_PAGE = 200
"""The smallest size to which a slow page reduces later pages."""
FEWEST_ROWS = 25
"""The smallest size with which a slow page itself is retried."""
CEILING = 100_000
"""The number of rows after which a sequence of page tokens ends without an error."""

UNUSABLE_ANSWERS = 4

Result = TypeVar("Result")

_open_requests = threading.BoundedSemaphore(MOST_OPEN)
_WITHHELD, _CEILING_REACHED = "202", "203"


@dataclass(frozen=True)
class Page:
    """A page of records.

    A page with fewer records than requested is not always the last one: only a missing token ends a sequence.
    """

    values: list[dict[str, Any]]
    next_token: str
    """Empty: the sequence has ended."""
    withheld: bool
    """True when Pardot left out rows that the API user may not see."""
    ceiling_reached: bool
    """True when the sequence ended at the ceiling, although there are more rows."""


class PardotClient:
    """A client of one business unit. It is thread-safe."""

    def __init__(self, salesforce: SalesforceClient, transport: Transport, *, url: str, business_unit: str) -> None:
        self._salesforce = salesforce
        self._transport = transport
        self._url = url
        self._business_unit = business_unit
        self.usage: ApiUsage | None = None
        """The day's calls as last reported in an answer; ``None`` until an answer reports them."""
        self.rows_in_time: int | None = None
        """The largest size of later pages; ``None`` until a page was too slow."""
        self._learning = threading.Lock()
        self._was_redirected = False

    @property
    def salesforce(self) -> SalesforceClient:
        """Return the Salesforce client whose session this client uses."""
        return self._salesforce

    @property
    def patience(self) -> Patience:
        return self._transport.patience

    def page(self, path: str, *, fields: Sequence[str], params: Mapping[str, str]) -> Page:
        """Request the first page of a query, without retries. ``params`` must not contain ``fields``."""
        return self._fetch_page(path, {"fields": ",".join(fields), **params}, fields)

    def next_page(self, path: str, *, fields: Sequence[str], token: str) -> Page:
        """Request the page of a token, without retries. Raises ``PageTokenGone`` if Pardot refuses the token."""
        return self._fetch_page(path, {"fields": ",".join(fields), "nextPageToken": token}, fields)

    def limit_page_size(self, page_size: int) -> int:
        """Return the number of rows to request: ``page_size``, or fewer if Pardot was too slow with that many."""
        return min(page_size, self.rows_in_time or page_size)

    def ask_for_less(self, rows: int) -> int:
        """Return a smaller page size after a slow page of ``rows``: half, but at least ``FEWEST_ROWS``.

        Later pages are smaller too, but only down to ``SMALL_PAGE``.
        """
        fewer = max(rows // 2, FEWEST_ROWS)
        with self._learning:
            self.rows_in_time = min(self.rows_in_time or rows, max(fewer, min(rows, SMALL_PAGE)))
        return fewer

    def ask_usage(self) -> ApiUsage | None:
        """Return the day's calls, by one small request; ``None`` when Pardot does not report them."""
        self._retry_patiently(lambda: self.page("tags", fields=["id"], params={"limit": "1"}))
        return self.usage

    def create_tag(self, name: str) -> int:
        """Create a tag, and return its id. There is no retry, because the tag may have been created already."""
        answer = self._attempt("POST", "tags", params={"fields": "id"}, body={"name": name})
        try:
            return int(_parse_json(answer, "POST tags")["id"])
        except (KeyError, TypeError, ValueError) as error:
            raise UnusableAnswer("Pardot's answer to POST tags has no id") from error

    def request_patiently(self, action: Callable[[], Result], *, smallest: bool = False) -> Result:
        """Call ``action``, which requests one page, with retries.

        Raises ``TooMuchAsked`` when Pardot runs out of time and the page could be smaller. Raises ``UnusablePage`` when
        Pardot's answers are unusable.
        """
        too_much = _never if smallest else _is_size_timeout
        return ask_patiently(action, self.patience, too_much=too_much, unusable_answers=UNUSABLE_ANSWERS)

    def _retry_patiently(self, action: Any) -> Any:
        return retrying(action, self.patience)

    def _fetch_page(self, path: str, params: Mapping[str, str], fields: Sequence[str]) -> Page:
        answer = self._attempt("GET", path, params=params)
        parsed = _parse_json(answer, f"GET {path}")
        values = parsed.get("values")
        if not isinstance(values, list) or not all(_is_whole(record, fields) for record in values):
            raise UnusableAnswer(f"Pardot's answer to GET {path} is not a whole page")
        warnings = re.findall(r"(?:^|,)\s*(\d+)", answer.headers.get("Pardot-Warning", ""))
        return Page(
            values=values,
            next_token=parsed.get("nextPageToken") or "",
            withheld=_WITHHELD in warnings,
            ceiling_reached=_CEILING_REACHED in warnings,
        )

    def _attempt(
        self, method: str, path: str, *, params: Mapping[str, str], body: Mapping[str, str] | None = None
    ) -> requests.Response:
        """Send one request. Send it again with a new session when the session has expired or Pardot redirects.

        The new session may come from another thread and have expired too, so up to ``MOST_OPEN`` renewals are tried.
        Pardot may redirect an invalid session to a login page: after a redirect, each client renews the session only
        once. Raises ``LoginFailed`` when the new sessions are refused too.
        """
        session = self._salesforce.session()
        for _ in range(MOST_OPEN):
            try:
                return self._send(session, method, path, params, body)
            except Redirected:
                if not self._may_renew_redirected():
                    raise
            except SessionExpired:
                pass
            session = self._salesforce.renew_session(session)
        try:
            return self._send(session, method, path, params, body)
        except SessionExpired as refusal:
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
        with _open_requests:
            answer = self._transport.send(
                method,
                f"{self._url}/api/v5/objects/{path}",
                headers=headers,
                params=params,
                data=None if body is None else json.dumps(body).encode(),
            )
        self.usage = _parse_usage(answer.headers.get("x-api-usage", "")) or self.usage
        if 300 <= answer.status_code < 400:
            location = answer.headers.get("Location", "")
            raise make_redirect_error(answer.status_code, location, host=self._url, request=f"{method} {path}")
        if answer.status_code >= 400:
            raise make_error_from_answer(answer.status_code, answer.content, request=f"{method} {path}")
        return answer


def _never(_: TransientError) -> bool:
    return False


def _is_size_timeout(error: TransientError) -> bool:
    """Return whether the error is a timeout, reported by Pardot's own code or by a gateway."""
    return error.code == API_TIMEOUT or (error.status == 504 and not error.code)


def _is_whole(record: Any, fields: Sequence[str]) -> bool:
    return isinstance(record, dict) and all(name in record for name in fields) and record.get("id", 0) is not None


def _parse_usage(header: str) -> ApiUsage | None:
    """Parse ``18/50000`` into used and maximum."""
    match = re.search(r"(\d+)\s*/\s*(\d+)", header)
    return ApiUsage(int(match.group(1)), int(match.group(2))) if match else None


def _parse_json(answer: requests.Response, request: str) -> dict[str, Any]:
    try:
        # Keep decimals as text, because a float could change their digits.
        parsed = json.loads(answer.content, parse_float=str)
    except ValueError as error:
        raise UnusableAnswer(f"Pardot's answer to {request} is not whole JSON: {error}") from error
    if not isinstance(parsed, dict):
        raise UnusableAnswer(f"Pardot's answer to {request} is not a JSON object")
    return parsed
