"""Look users up in Salesforce when they are not cached yet, or when they request fresh data.

The kill switch and the budget of the syncs apply. The budget is compared with the API usage that Salesforce last
reported. When Salesforce has no contact of a user, a miss is stored in PostgreSQL, for all processes. For
``MISS_HOLDS``, the user is then looked up only when fresh data is requested.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.core.exceptions import ImproperlyConfigured
from django.db.models.functions import Now

from sf.ingest.errors import SyncSkipped
from sf.ingest.switch import check_switch
from sf.live.records import CacheBusy, LiveCallFailed, LiveCallNotTried, LiveRead, MayAsk, make_live_client
from sf.models import Contact, LookupMiss
from sf.salesforce.errors import SalesforceError
from sf.sync import usage
from sf.sync.best_effort import best_effort
from sf.sync.objects import ADOPTIONS, CONTACTS, OPPORTUNITIES

MISS_HOLDS = timedelta(minutes=5)


class LookupSkipped(Exception):
    """The kill switch, the budget or the configuration allowed no call; the message says which."""


def look_up_contact(accounts_uuid: str, may_ask: MayAsk, *, again: bool) -> float:
    """Bring the user's contact into the cache. Return how many seconds the call took, or 0 without a call.

    ``again``: ask even if a miss was recorded within ``MISS_HOLDS``. Raises ``LookupSkipped``, and ``LiveCallFailed``
    when a call failed or its answer could not be stored. The subclass ``LiveCallNotTried`` means that ``may_ask``
    returned false.
    """
    if not again and _is_recent_miss(accounts_uuid):
        return 0.0
    return _look_up(accounts_uuid, "api contact", may_ask, lambda live: _read_contacts(live, accounts_uuid))


def look_up_adoptions(accounts_uuid: str, may_ask: MayAsk) -> float:
    """Bring the user's contact, opportunities and adoptions into the cache, usually by three calls.

    Returns how many seconds the slowest call took. Raises the same exceptions as ``look_up_contact``.
    """

    def read(live: LiveRead) -> None:
        if contacts := _read_contacts(live, accounts_uuid):
            live.read(OPPORTUNITIES, "contact_id", contacts)
            live.read(ADOPTIONS, "contact_id", contacts)

    return _look_up(accounts_uuid, "api adoptions", may_ask, read)


def forget_old_misses() -> int:
    """Remove misses older than ``MISS_HOLDS``; return their number."""
    return LookupMiss.objects.filter(looked_up__lt=Now() - MISS_HOLDS).delete()[0]


def _read_contacts(live: LiveRead, accounts_uuid: str) -> list[str]:
    """Read the user's contacts. Return the ids of the contacts that are not deleted and have a UUID."""
    contacts = live.read(CONTACTS, "accounts_uuid", [accounts_uuid])
    present = [contact for contact in contacts if contact["is_deleted"] != "true" and contact["accounts_uuid"]]
    return [str(contact["id"]) for contact in present]


def _look_up(accounts_uuid: str, source: str, may_ask: MayAsk, read: Callable[[LiveRead], object]) -> float:
    try:
        check_switch()
        usage.check_kept_usage()
        live = LiveRead(make_live_client(source))
    except (SyncSkipped, ImproperlyConfigured) as error:
        raise LookupSkipped(str(error)) from error
    if not may_ask():
        raise LiveCallNotTried
    try:
        read(live)
        live.store()
    except SalesforceError as error:
        raise LiveCallFailed.because_of(error) from error
    except CacheBusy as error:
        raise LiveCallFailed(str(error), away=False) from error
    live.note_usage()
    with best_effort("remembered miss"):
        _remember(accounts_uuid)
    return live.slowest


def _remember(accounts_uuid: str) -> None:
    if Contact.objects.filter(accounts_uuid=accounts_uuid).exists():
        LookupMiss.objects.filter(accounts_uuid=accounts_uuid).delete()
        return
    LookupMiss.objects.bulk_create(
        [LookupMiss(accounts_uuid=accounts_uuid, looked_up=Now())],
        update_conflicts=True,
        unique_fields=["accounts_uuid"],
        update_fields=["looked_up"],
    )


def _is_recent_miss(accounts_uuid: str) -> bool:
    lately = LookupMiss.objects.filter(looked_up__gt=Now() - MISS_HOLDS, looked_up__lt=Now() + MISS_HOLDS)
    # A miss dated further ahead was stored before the clock was set back: it does not count.
    return lately.filter(accounts_uuid=accounts_uuid).exists()
