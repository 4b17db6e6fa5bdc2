"""``sf check``: is this installation able to work with its org? One line a question: ok, or what to fix.

Other apps add their questions with ``register`` in a module ``diagnosis`` of theirs (the Accounts one is in ``api``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.module_loading import autodiscover_modules

from sf.models import SyncConfig
from sf.salesforce.client import SalesforceClient
from sf.salesforce.credentials import choose_credentials
from sf.salesforce.errors import SalesforceError
from sf.salesforce.http import Transport
from sf.sync.objects import EVERY_OBJECT, SyncedObject


@dataclass(frozen=True)
class Finding:
    """The answer to one question. ``state``: ``ok``, ``fix`` or ``off`` (not configured, so not asked)."""

    state: str
    question: str
    answer: str


Question = Callable[[SalesforceClient], Iterator[Finding]]

_more_questions: list[Question] = []


def register(question: Question) -> Question:
    """Add a question that another app can answer."""
    _more_questions.append(question)
    return question


def diagnose(client: SalesforceClient) -> Iterator[Finding]:
    """Every finding, as soon as it is known. Without a login, nothing of Salesforce is asked further."""
    yield _configuration()
    login = _login(client)
    yield login
    if login.state == "ok":
        yield _limits(client)
        for synced in EVERY_OBJECT:
            yield _fields(client, synced)
        yield _pardot(client)
    autodiscover_modules("diagnosis")
    for question in _more_questions:
        yield from question(client)


def _configuration() -> Finding:
    credentials = choose_credentials(settings.SALESFORCE_LOGIN)
    assert credentials is not None  # there is a client
    proxy = f", through the proxy {urlsplit(settings.SALESFORCE_PROXY).hostname}" if settings.SALESFORCE_PROXY else ""
    return Finding(
        "ok",
        "configuration",
        f"{credentials.flow.value} at {settings.SALESFORCE_HOST}, API version {settings.SALESFORCE_API_VERSION}{proxy}",
    )


def _login(client: SalesforceClient) -> Finding:
    try:
        return Finding("ok", "login", f"signed in to {client.instance_url}")
    except SalesforceError as error:
        return Finding("fix", "login", str(error))


def _limits(client: SalesforceClient) -> Finding:
    try:
        usage = client.daily_usage()
    except SalesforceError as error:
        return Finding("fix", "limits", str(error))
    budget = SyncConfig.load().budget(usage.maximum)
    said = f"{usage.used:,} of {usage.maximum:,} calls used today; syncs pause from {budget:,} on"
    return Finding("ok" if usage.used < budget else "fix", "limits", said)


def _fields(client: SalesforceClient, synced: SyncedObject) -> Finding:
    """Whether the API user sees every declared field: asked by the query that a sync would send."""
    question = f"fields of {synced.sobject}"
    paths = list(synced.paths.values())
    _, query = synced.full_query()
    try:
        next(client.query(f"{query} LIMIT 1"), None)
    except SalesforceError as error:
        hidden = sorted(set(paths) - _visible(client, synced.sobject))
        named = f"grant the API user read access to {', '.join(hidden)}" if hidden else str(error)
        return Finding("fix", question, named)
    return Finding("ok", question, f"all {len(paths)} can be read")


def _visible(client: SalesforceClient, sobject: str) -> set[str]:
    """The fields that ``describe`` shows; parents' fields count as visible when the look-up is."""
    try:
        described: dict[str, Any] = client.get(f"{client.data_path}/sobjects/{sobject}/describe")
    except SalesforceError:
        return set()
    names = {field["name"] for field in described["fields"]}
    relations = {field["relationshipName"] for field in described["fields"] if field.get("relationshipName")}
    return names | {f"{relation}.{path}" for relation in relations for path in _parent_paths(relation)}


def _parent_paths(relation: str) -> list[str]:
    return [
        path.split(".", 1)[1]
        for synced in EVERY_OBJECT
        for path in synced.paths.values()
        if path.startswith(f"{relation}.")
    ]


_PARDOT_ADVICE = {
    181: "set SALESFORCE_PARDOT_BUSINESS_UNIT",
    184: "the connected app lacks the scope pardot_api, or the user is no Pardot user",
    201: "SALESFORCE_PARDOT_BUSINESS_UNIT names another org's business unit, or PARDOT_API_URL is the wrong host "
    "(sandboxes: https://pi.demo.pardot.com)",
    122: "the daily Pardot API limit is used up",
}


def _pardot(client: SalesforceClient) -> Finding:
    if not settings.SALESFORCE_PARDOT_BUSINESS_UNIT:
        return Finding("off", "Pardot", "not configured (SALESFORCE_PARDOT_BUSINESS_UNIT)")
    transport = Transport(proxy=settings.SALESFORCE_PROXY)
    try:
        answer = transport.send(
            "GET",
            f"{settings.PARDOT_API_URL}/api/v5/objects/campaigns",
            params={"fields": "id", "limit": "1"},
            headers={
                "Authorization": f"Bearer {client.session().access_token}",
                "Pardot-Business-Unit-Id": settings.SALESFORCE_PARDOT_BUSINESS_UNIT,
            },
        )
    except SalesforceError as error:
        return Finding("fix", "Pardot", str(error))
    if answer.status_code == 200:
        return Finding("ok", "Pardot", f"business unit {settings.SALESFORCE_PARDOT_BUSINESS_UNIT} answers")
    try:
        code, said = answer.json()["code"], answer.json()["message"]
    except (ValueError, KeyError, TypeError):
        return Finding("fix", "Pardot", f"{settings.PARDOT_API_URL} answered {answer.status_code}, not like Pardot")
    return Finding("fix", "Pardot", f"code {code}: {said} ({_PARDOT_ADVICE.get(code, 'see the Pardot API v5 docs')})")
