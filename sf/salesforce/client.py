"""The Salesforce client.

Every call but a login goes through ``attempt``, which logs in when needed and raises an error for a refusal.
All methods but ``attempt`` and ``stream`` retry. ``records.py`` makes simple-salesforce send its calls through this
client.

Official reference: REST API Developer Guide; Bulk API 2.0 and Bulk API Developer Guide.
"""

from __future__ import annotations

import json
import logging
import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, TypeVar

import requests

from sf.salesforce.answers import json_of, understood
from sf.salesforce.credentials import INSTANCE_URL, LoginFlow
from sf.salesforce.errors import (
    LoginFailed,
    RequestRefused,
    SalesforceError,
    SessionExpired,
    TransientError,
    make_error_from_answer,
)
from sf.salesforce.hosts import api_host_instead_of, explain_host
from sf.salesforce.http import HostGone, Transport, find_innermost_cause, retrying
from sf.salesforce.limits import HEADER, ApiUsage, parse_limit_info
from sf.salesforce.login import LoginRequest, Session, SessionKeeper, log_in
from sf.salesforce.login_refusals import REDIRECTS, LoginRefused
from sf.salesforce.organization import (
    ORGANIZATION_QUERY,
    Organization,
    organization_of_record,
    organization_of_token,
)

logger = logging.getLogger(__name__)

Result = TypeVar("Result")

VERSION_IS_GONE = frozenset({404, 410})
_ALWAYS_THERE = ("limits", "query", "queryAll", "jobs/query")
"""Resources of every API version from 47.0 on: if one is missing, the org lacks ``api_version``."""


class SalesforceClient:
    """Calls to one org with one login. Safe for many threads."""

    def __init__(self, login: LoginRequest, transport: Transport, keeper: SessionKeeper | None = None) -> None:
        self._login = login
        self._transport = transport
        self._keeper = keeper or SessionKeeper()
        self.usage: ApiUsage | None = None
        """The usage that an answer last reported; ``None`` before the first report."""
        self.without_bulk: SalesforceError | None = None
        """The error after which this client starts no more Bulk jobs; ``None`` when it may start them."""

    @property
    def data_path(self) -> str:
        return f"/services/data/v{self._login.api_version}"

    @property
    def api_version(self) -> str:
        return self._login.api_version

    @property
    def instance_url(self) -> str:
        return self.session().instance_url

    @property
    def organization_id(self) -> str:
        """Return the org's id from the session, or ask Salesforce once. Empty when neither gives the id."""
        return self.session().organization_id or self.organization().id

    def organization(self) -> Organization:
        """Return the org, with its name if the API user may read it; one call per session."""
        return self._keeper.organization(self.session(), self._ask_organization)

    @property
    def transport(self) -> Transport:
        return self._transport

    def session(self) -> Session:
        """Return the current session; log in when there is none yet."""
        return self._keeper.current(self._log_in, self._transport.patience)

    def renew_session(self, stale: Session) -> Session:
        """Return a session other than ``stale``, which was refused.

        A session from the settings cannot be renewed, and comes back unchanged.
        """
        return self._keeper.renew(stale, self._log_in, self._transport.patience)

    # -- calls ------------------------------------------------------------------------------------------

    def request(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """Return the whole answer to a call, with retries.

        ``path`` begins with ``/services``, or is a whole URL. ``body`` is sent as JSON; bytes are sent unchanged.
        """
        unknown = False

        def once() -> requests.Response:
            nonlocal unknown
            try:
                return self.attempt(method, path, params=params, body=body, headers=headers)
            except SalesforceError as error:
                error.follows_unknown = unknown
                unknown = error.outcome_unknown
                raise

        return retrying(once, self._transport.patience)

    def attempt(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        stream: bool = False,
    ) -> requests.Response:
        """Make one call, with the parameters of ``request``, without retries on ``TransientError``.

        Only a login that the call needs is retried. An expired session is renewed once. If the host of a session is
        gone, a new login is tried, and the call is sent again when that login names another host. Raises
        ``TransientError`` when another attempt may help, another ``SalesforceError`` when not.
        """
        session = self.session()
        try:
            return self._send(session, method, path, params, body, headers, stream=stream)
        except SessionExpired:
            session = self.renew_session(session)
        except HostGone as gone:
            session = self._find_session_elsewhere(session, gone)
        try:
            return self._send(session, method, path, params, body, headers, stream=stream)
        except SessionExpired as error:
            raise LoginFailed(
                f"{error}. {self.after_renewal}",
                code=error.code,
                status=error.status,
            ) from error

    @contextmanager
    def stream(
        self, path: str, *, params: Mapping[str, str] | None = None, accept: str = "text/csv"
    ) -> Iterator[requests.Response]:
        """Yield an answer whose body is read bit by bit. Errors while reading are ``TransientError``."""
        response = self.attempt("GET", path, params=params, headers={"Accept": accept}, stream=True)
        try:
            yield response
        except requests.RequestException as error:
            raise TransientError(f"the answer to GET {path} broke off: {find_innermost_cause(error)}") from error
        finally:
            response.close()

    def ask(
        self,
        method: str,
        path: str,
        understand: Callable[[Any], Result],
        *,
        params: Mapping[str, str] | None = None,
        body: Any = None,
        seconds: float = math.inf,
    ) -> Result:
        """Return the result of ``understand`` for the answer's JSON.

        On ``TransientError`` the call is retried for ``seconds`` at most. An incomplete or unexpected answer counts as
        ``TransientError``.
        """

        def once() -> Result:
            answer = self.attempt(method, path, params=params, body=body)
            with understood(f"{method} {path}", answer):
                return understand(json_of(answer))

        patience = self._transport.patience
        return retrying(once, replace(patience, deadline=min(patience.deadline, seconds)))

    # -- queries ----------------------------------------------------------------------------------------

    def count(self, soql: str, *, include_deleted: bool = False) -> int:
        """Return the number of records that a ``SELECT COUNT()`` query finds."""
        path = self.build_query_path(include_deleted=include_deleted)
        return self.ask("GET", path, lambda answer: int(answer["totalSize"]), params={"q": soql})

    def build_query_path(self, *, include_deleted: bool) -> str:
        return f"{self.data_path}/{'queryAll' if include_deleted else 'query'}"

    def query(self, soql: str, *, include_deleted: bool = False) -> Iterator[dict[str, Any]]:
        """Yield the records of a query, page after page, with their ``attributes``."""
        records, following = self.ask(
            "GET", self.build_query_path(include_deleted=include_deleted), _parse_query_page, params={"q": soql}
        )
        yield from records
        while following:
            records, following = self.ask("GET", following, _parse_query_page)
            yield from records

    def limits(self) -> dict[str, Any]:
        """Return all limits of the org: ``{"DailyApiRequests": {"Max": n, "Remaining": n}, …}``."""
        return self.ask("GET", f"{self.data_path}/limits", dict[str, Any])

    def fetch_daily_usage(self, seconds: float = math.inf) -> ApiUsage:
        """Ask for the calls of the last 24 hours and the org's maximum, with retries for ``seconds`` at most."""
        return self.ask("GET", f"{self.data_path}/limits", _parse_daily_usage, seconds=seconds)

    # -- inside -----------------------------------------------------------------------------------------

    @property
    def after_renewal(self) -> str:
        """Return the advice when calls are still refused after the attempt to renew the session."""
        if self._has_given_session:
            return "SALESFORCE_SESSION_ID is no longer good, and cannot be renewed: set a new one, or use another login"
        return "The session was renewed and refused again: does the API user have API access?"

    def _ask_organization(self, session: Session) -> Organization:
        try:
            records = list(self.query(ORGANIZATION_QUERY))
        except RequestRefused:
            records = []
        if not records:
            return Organization(session.organization_id or organization_of_token(session.access_token))
        with understood("a query for the Organization"):
            return organization_of_record(records[0])

    def _log_in(self) -> Session:
        return log_in(self._login, self._transport)

    def _find_session_elsewhere(self, session: Session, gone: HostGone) -> Session:
        """Return a session with another host. Raises ``gone`` when no login names another host."""
        if self._has_given_session:
            raise gone
        try:
            other = self._keeper.look_for_host(session, self._log_in, self._transport.patience)
        except TransientError:
            raise gone from None
        if other.instance_url == session.instance_url:
            raise gone
        logger.warning("%s; the org is at %s now", gone, other.instance_url)
        return other

    @property
    def _has_given_session(self) -> bool:
        return self._login.credentials.flow is LoginFlow.DIRECT_SESSION

    def _send(
        self,
        session: Session,
        method: str,
        path: str,
        params: Mapping[str, str] | None,
        body: Any,
        headers: Mapping[str, str] | None,
        *,
        stream: bool,
    ) -> requests.Response:
        all_headers = {
            "Authorization": f"Bearer {session.access_token}",
            "Accept": "application/json",
            **(headers or {}),
        }
        data = None
        if body is not None:
            data = body if isinstance(body, bytes) else json.dumps(body).encode()
            all_headers.setdefault("Content-Type", "application/json")
        url = path if path.startswith("https://") else session.instance_url + path
        response = self._transport.send(method, url, headers=all_headers, params=params, data=data, stream=stream)
        self.usage = parse_limit_info(response.headers.get(HEADER, "")) or self.usage
        if response.status_code in REDIRECTS:
            raise self._make_redirect_error(session, response, f"{method} {path}")
        if response.status_code >= 300:
            raise self._make_error(response, method, path)
        return response

    def _make_redirect_error(self, session: Session, response: requests.Response, call_name: str) -> SalesforceError:
        """Return the error for a redirect: ``LoginRefused`` if a setting must change, otherwise ``HostGone``."""
        host, status = session.instance_url, response.status_code
        advice = explain_host(host, response.headers.get("Location", ""), self._host_variable)
        final = self._has_given_session or bool(api_host_instead_of(host))
        return (LoginRefused if final else HostGone)(
            f"{host} answered {status} to {call_name}: {advice}", status=status
        )

    @property
    def _host_variable(self) -> str:
        return INSTANCE_URL if self._has_given_session else "SALESFORCE_HOST"

    def _make_error(self, response: requests.Response, method: str, path: str) -> SalesforceError:
        call_name = f"{method} {path}"
        if response.status_code in VERSION_IS_GONE and path in {f"{self.data_path}/{name}" for name in _ALWAYS_THERE}:
            call_name += f" (set SALESFORCE_API_VERSION: this org does not have {self.api_version})"
        error = make_error_from_answer(response.status_code, response.content, call_name=call_name)
        wait = response.headers.get("Retry-After", "")
        error.retry_after = float(wait) if wait.isdigit() else 0.0
        return error


def _parse_query_page(answer: Any) -> tuple[list[dict[str, Any]], str]:
    """Return the records of a page, and the path of the next page or an empty string."""
    return [dict(record) for record in answer["records"]], "" if answer["done"] else answer["nextRecordsUrl"]


def _parse_daily_usage(limits: Any) -> ApiUsage:
    daily = limits["DailyApiRequests"]
    return ApiUsage(used=daily["Max"] - daily["Remaining"], maximum=daily["Max"])
