"""Diagnose this installation and its org for ``sf check``.

Other apps add questions with ``register`` or ``register_apart`` in their own module ``diagnosis``: ``api`` (cases,
Accounts), ``pardot``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection
from django.utils.module_loading import autodiscover_modules

from sf.connection.login_advice import find_login_warnings
from sf.models import SyncConfig
from sf.reads.replica_state import load_replica_state
from sf.salesforce.client import VERSION_IS_GONE, SalesforceClient
from sf.salesforce.credentials import INSTANCE_URL, LoginFlow, choose_credentials
from sf.salesforce.errors import DailyLimitReached, OrgUnavailable, SalesforceError
from sf.salesforce.http import HostGone
from sf.status.cost import compose_cost_line, is_affordable
from sf.status.following import load_following
from sf.sync.identity import AnotherOrg, check_org, load_cached_org
from sf.sync.objects import EVERY_OBJECT, SyncedObject
from sf.sync.readable import find_unreadable_columns
from sf.sync.usage import LIMITS_UNREADABLE

NOT_FOUND = 404


@dataclass(frozen=True)
class Finding:
    """The answer to one question.

    ``state`` is ``ok``, ``fix``, ``warn`` (works, but not for long or not in full) or ``off`` (not configured,
    so not asked).
    """

    state: str
    question: str
    answer: str


Question = Callable[[SalesforceClient], Iterator[Finding]]

_more_questions: list[Question] = []
_questions_apart: list[Question] = []


def register(question: Question) -> Question:
    """Add a question of another app.

    The question is asked only when the org accepts the login and its session.
    """
    _more_questions.append(question)
    return question


def register_apart(question: Question) -> Question:
    """Add another app's question. It is asked even when the login fails."""
    _questions_apart.append(question)
    return question


def diagnose(client: SalesforceClient) -> Iterator[Finding]:
    """Yield every finding as soon as it is known.

    When the login fails, questions that need a session are skipped, so that one cause gives only one line.
    """
    autodiscover_modules("diagnosis")
    yield from _check_configuration()
    login = _login(client)
    yield login
    if login.state == "ok":
        yield from _check_session(client)
    yield from _check_pooler()
    yield from _check_replica()
    yield from _check_change_events()
    yield Finding("ok" if is_affordable() else "warn", "schedule", compose_cost_line())
    for question in _questions_apart:
        yield from question(client)


def _check_session(client: SalesforceClient) -> Iterator[Finding]:
    """Answer the questions that need a session. Stop when the org does not answer, or refuses all calls."""
    try:
        yield _check_organization(client)
        yield _check_limits(client)
    except SalesforceError as error:
        yield Finding("fix", "session", error.in_full)
        return
    for synced in EVERY_OBJECT:
        yield _check_fields(client, synced)
    for question in _more_questions:
        yield from question(client)


def _check_pooler() -> Iterator[Finding]:
    """Report a pooler; yield nothing where PostgreSQL is reached directly."""
    connection.ensure_connection()
    if getattr(connection, "shares_sessions", False):
        yield Finding("ok", "pooler", "DATABASE_URL leads to a pooler such as PgBouncer: no statement is prepared")


def _check_replica() -> Iterator[Finding]:
    """Report how far the read replica lags; yield nothing without one."""
    if state := load_replica_state():
        yield Finding("ok" if state.is_used else "fix" if state.problem else "warn", "replica", str(state))


def _check_change_events() -> Iterator[Finding]:
    """Report whether change events are followed, and how far.

    Yield nothing if following is not set up, is not running, and stored nothing in the last three days.
    """
    if followed := load_following():
        yield Finding("ok" if followed.is_well else "warn", "change events", str(followed))


def _check_configuration() -> Iterator[Finding]:
    credentials = choose_credentials(settings.SALESFORCE_LOGIN)
    assert credentials is not None  # the client was made from them
    proxy = f", through the proxy {urlsplit(settings.SALESFORCE_PROXY).hostname}" if settings.SALESFORCE_PROXY else ""
    host = (
        credentials.values[INSTANCE_URL] if credentials.flow is LoginFlow.DIRECT_SESSION else settings.SALESFORCE_HOST
    )
    yield Finding(
        "ok",
        "configuration",
        f"{credentials.flow.value} at {host}, API version {settings.SALESFORCE_API_VERSION}{proxy}",
    )
    for warning in find_login_warnings():
        yield Finding("warn", "configuration", str(warning))
    if names := settings.OVERRULED:
        yield Finding("warn", "environment", f"wins over .env, which has another value of {', '.join(names)}")


def _login(client: SalesforceClient) -> Finding:
    try:
        return Finding("ok", "login", f"signed in to {client.instance_url}")
    except SalesforceError as error:
        return Finding("fix", "login", error.in_full)


def _check_organization(client: SalesforceClient) -> Finding:
    """Name the org, and say whether the cache is a copy of it.

    Errors other than ``AnotherOrg`` are raised.
    """
    try:
        check_org(client)
        organization = client.organization()
    except AnotherOrg as error:
        return Finding("fix", "org", error.in_full)
    return Finding(
        "ok", "org", f"{organization}; {'the cache is a copy of it' if load_cached_org() else 'nothing is cached'}"
    )


def _check_limits(client: SalesforceClient) -> Finding:
    """Report the API calls used today. Raises ``OrgUnavailable`` or ``HostGone`` when no call can succeed."""
    try:
        usage = client.fetch_daily_usage()
    except DailyLimitReached as error:
        return Finding("fix", "limits", error.in_full)
    except (OrgUnavailable, HostGone):
        raise
    except SalesforceError as error:
        if error.status in VERSION_IS_GONE:
            return Finding("fix", "limits", error.in_full)
        return Finding("warn", "limits", f"{error.in_full}; {LIMITS_UNREADABLE}")
    budget = SyncConfig.load().compute_budget(usage.maximum)
    answer = f"{usage.used:,} of {usage.maximum:,} calls used today; syncs pause from {budget:,} on"
    return Finding("ok" if usage.used < budget else "fix", "limits", answer)


def _check_fields(client: SalesforceClient, synced: SyncedObject) -> Finding:
    """Check with a sync's own query that the API user sees every declared field."""
    question = f"fields of {synced.sobject}"
    paths = list(synced.paths.values())
    _, query = synced.build_full_query()
    try:
        next(client.query(f"{query} LIMIT 1"), None)
    except SalesforceError as error:
        return Finding("fix", question, _explain_missing_rights(client, synced, error))
    return Finding("ok", question, f"all {len(paths)} can be read")


def _explain_missing_rights(client: SalesforceClient, synced: SyncedObject, refusal: SalesforceError) -> str:
    """Explain a refused query. Fields are named only when Salesforce has described the object."""
    sobject = synced.sobject
    try:
        hidden = sorted(synced.paths[column] for column in find_unreadable_columns(client, synced))
    except SalesforceError as error:
        if error.status == NOT_FOUND and refusal.code == "INVALID_TYPE":
            return f"the org has no {sobject}, or the API user may not see it"
        return refusal.in_full
    return f"grant the API user read access to {', '.join(hidden)}" if hidden else refusal.in_full
