"""Read the allowed values of Salesforce's picklists, for a caller whose value was refused.

Each process keeps the answer of ``describe`` about an object for a day: picklists change seldom, and the answer is
large. After a failed call, the process uses the earlier answer, if any, and makes no further call for
``PAUSE_SECONDS``. Source: SOAP API Developer Guide, ``DescribeSObjectResult`` and ``PicklistEntry``.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from sf.ingest.errors import SyncSkipped
from sf.ingest.switch import check_switch
from sf.live.records import make_live_client
from sf.sync import usage
from sf.sync.identity import load_cached_org_id

logger = logging.getLogger(__name__)

KEPT_SECONDS = 86_400.0
PAUSE_SECONDS = 60.0

Picklists = Mapping[str, list[str]]
"""The active values of each picklist of an object, by Salesforce's field name, in Salesforce's order."""


@dataclass(frozen=True)
class _Kept:
    picklists: Picklists
    until: float
    """The ``time.monotonic()`` after which ``describe`` may be asked again."""


_kept: dict[tuple[str, str], _Kept] = {}
"""The kept picklists by the org's id and the object."""


def fetch_picklists(sobject: str) -> Picklists | None:
    """Return the picklists that this process knows; ``None`` when Salesforce should be asked."""
    kept = _kept.get((load_cached_org_id(), sobject))
    return kept.picklists if kept and time.monotonic() < kept.until else None


def read_picklists(sobject: str, *, source: str, until: float) -> Picklists:
    """Ask Salesforce, and keep the answer.

    Salesforce must answer before ``time.monotonic()`` reaches ``until``. Return an empty dict when the kill switch or
    the budget forbids the call, or no login is set. Raises ``SalesforceError``.
    """
    try:
        check_switch()
        usage.check_kept_usage()
        client = make_live_client(source, seconds=until - time.monotonic())
    except (SyncSkipped, ImproperlyConfigured) as error:
        logger.info("the picklists of %s are not read: %s", sobject, error)
        return {}
    key = load_cached_org_id(), sobject
    earlier = _kept[key].picklists if key in _kept else {}
    _kept[key] = _Kept(earlier, time.monotonic() + PAUSE_SECONDS)  # other threads do not ask meanwhile
    picklists = client.ask("GET", f"{client.data_path}/sobjects/{sobject}/describe", _picklists_of)
    _kept[key] = _Kept(picklists, time.monotonic() + KEPT_SECONDS)
    return picklists


def _picklists_of(answer: Any) -> Picklists:
    return {
        str(field["name"]): [str(entry["value"]) for entry in field["picklistValues"] if entry["active"]]
        for field in answer["fields"]
        if field["picklistValues"]
    }
