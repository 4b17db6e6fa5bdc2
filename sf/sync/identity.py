"""Record the org that the cache is a copy of, and keep every other org out.

Each client for the cached org checks its session against the stored org before it reads or writes records
(``sf/connection/clients.py``). Each transaction that stores records checks again, under a lock. An adoption of
another org waits for this lock. The first transaction that fills the cache stores the org.
"""

from __future__ import annotations

from collections.abc import Callable

from django.db import connection

from sf.models import CachedOrg, SyncConfig
from sf.salesforce.client import SalesforceClient
from sf.salesforce.errors import LoginFailed
from sf.salesforce.organization import Organization
from sf.sync.objects import EVERY_OBJECT

UNKNOWN = "unknown"
"""The id of the org in a cache from an older release, which stored no id."""

_ADVICE = (
    "Nothing was read or changed. Check SALESFORCE_HOST and the login in .env; to make the cache a copy of the other "
    "org on purpose: sync_all --adopt-org"
)


class AnotherOrg(LoginFailed):
    """The login leads to an org that is not the cached org. The message names both."""


def load_cached_org() -> Organization | None:
    """Return the org that the cache is a copy of; ``None`` while it is not stored yet."""
    row = CachedOrg.objects.first()
    return Organization(row.organization_id, row.name, row.is_sandbox) if row else None


def load_cached_org_id() -> str:
    """Return the id of the org that the cache is a copy of; empty while it is not stored yet."""
    return CachedOrg.objects.values_list("organization_id", flat=True).first() or ""


def check_org(client: SalesforceClient) -> None:
    """Raise ``AnotherOrg`` when the login leads to another org.

    ``client`` must be a plain ``SalesforceClient``: a client for the cached org would call this function again.
    """
    known = load_cached_org()
    if known is None:
        _check_unlabeled(client)
    elif known.id != client.organization_id:
        raise AnotherOrg(
            f"this cache is a copy of the Salesforce org {known}, but {_describe_destination(client)}. {_ADVICE}"
        )


def make_confirmation(client: SalesforceClient, *, in_request: bool = False) -> Callable[[], None]:
    """Return a function for a transaction to call before it stores what ``client`` has read.

    The function raises ``AnotherOrg`` when the cache has become a copy of another org meanwhile. It stores the org if
    none is stored yet. If the org's name is not known, Salesforce is asked for it here, outside the transaction. With
    ``in_request`` a caller waits, so Salesforce is not asked.
    """
    known = load_cached_org()
    named = in_request or (known is not None and known.name != "")
    organization = Organization(client.organization_id) if named else client.organization()

    def confirm() -> None:
        if not organization.id:
            return
        with connection.cursor() as cursor:
            cursor.execute(_STORE_FIRST, [organization.id, organization.name, organization.is_sandbox])
            if not named:
                cursor.execute(_LEARN_NAME, [organization.name, organization.is_sandbox, organization.id])
            cursor.execute(_CONFIRM)
            row = cursor.fetchone()
        if row is None or row[0] != organization.id:
            raise AnotherOrg(
                f"the cache was made a copy of another Salesforce org ({row[0] if row else 'none'}) while "
                f"{organization} was read; what was read is not stored"
            )

    return confirm


_STORE_FIRST = """
    INSERT INTO sf_cachedorg (id, organization_id, name, is_sandbox, to_replace)
    SELECT 1, %s, %s, %s, '{}' WHERE NOT EXISTS (SELECT 1 FROM sf_cachedorg)
    ON CONFLICT DO NOTHING
"""
_LEARN_NAME = "UPDATE sf_cachedorg SET name = %s, is_sandbox = %s WHERE organization_id = %s AND name = ''"
_CONFIRM = "SELECT organization_id FROM sf_cachedorg FOR KEY SHARE"
"""Transactions that store records share this lock.

An adoption of another org locks FOR UPDATE, and waits for these transactions.
"""


def has_records() -> bool:
    """Return whether any Salesforce record is cached, deleted records included."""
    return any(synced.model.all_objects.exists() for synced in EVERY_OBJECT)


def _check_unlabeled(client: SalesforceClient) -> None:
    """Raise ``AnotherOrg`` when an older release filled the cache from an address other than the login's.

    Older releases stored the org's address, not its id.
    """
    before = SyncConfig.load().instance_url
    if before in {"", client.instance_url} or not has_records():
        return
    raise AnotherOrg(
        f"this cache was filled from {before} by an older release, which did not keep the org's id, but "
        f"{_describe_destination(client)}. {_ADVICE}"
    )


def _describe_destination(client: SalesforceClient) -> str:
    organization = client.organization()
    if not organization.id:
        return f"the login at {client.instance_url} does not say where it leads (may the API user read Organization?)"
    return f"the login leads to {organization} at {client.instance_url}"
