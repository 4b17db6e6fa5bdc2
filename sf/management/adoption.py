"""Make the cache a copy of another org on purpose: ``sync_all --adopt-org``."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError

from outgoing.numbers import format_count
from sf.connection.clients import make_client_of_any_org
from sf.ingest.errors import SyncSkipped
from sf.ingest.switch import check_switch
from sf.management.questions import confirm_on_terminal
from sf.models import CachedOrg, SyncRun
from sf.salesforce.errors import SalesforceError
from sf.salesforce.organization import Organization
from sf.status.objects import load_status_of_all
from sf.sync.adoption import adopt_org
from sf.sync.identity import load_cached_org
from sf.sync.usage import UsageCounter


def adopt(stdout: Any, *, agreed: bool) -> bool:
    """Make the cache a copy of the org that SFAPI logs in to.

    Return ``False`` when the operator declines. With ``agreed``, no question is asked. Raises ``CommandError`` when
    syncs are off, the login fails, Salesforce does not say which org it is, or there is no terminal to ask on.
    """
    try:
        check_switch()
        client = make_client_of_any_org(UsageCounter("sync_all"))
        organization, instance_url = client.organization(), client.instance_url
    except (SyncSkipped, SalesforceError) as error:
        raise CommandError(f"{error}; nothing was changed") from error
    if not organization.id:
        raise CommandError(f"{instance_url} does not say which org it is; nothing was changed")
    known = load_cached_org()
    if known and known.id == organization.id:
        stdout.write(f"the cache is a copy of {known} already")
        _learn_name(organization)
        return True
    agreed = agreed or not (SyncRun.objects.exists() or any(status.rows for status in load_status_of_all()))
    if not agreed and not confirm_on_terminal(_build_question(known, organization, instance_url)):
        return False
    for line in adopt_org(organization, instance_url):
        stdout.write(line)
    stdout.write(f"the cache becomes a copy of {organization}: each object keeps its old rows until it is synced")
    return True


def _learn_name(organization: Organization) -> None:
    CachedOrg.objects.update(name=organization.name, is_sandbox=organization.is_sandbox)


def _build_question(known: Organization | None, organization: Organization, instance_url: str) -> str:
    rows = sum(status.rows for status in load_status_of_all())
    before = f"the Salesforce org {known}" if known else "an unknown Salesforce org (an older release stored no org id)"
    return (
        f"This cache contains {format_count(rows, 'record')} of {before}. They are replaced by the records "
        f"of {organization} at {instance_url}, and Pardot's copies are removed. Queued cases of the old org "
        "are not sent to the new org."
    )
