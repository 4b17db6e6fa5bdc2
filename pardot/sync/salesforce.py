"""Syncs from Salesforce for this app: objects copied as in ``sf``, and figures that Salesforce counts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, ClassVar

from django.db import transaction

from pardot.catalog.complete_reads import note_complete
from pardot.catalog.entities import CountedEntity
from pardot.models import CampaignMemberCount, SalesforceCampaign, SalesforceHealth
from pardot.sync.campaign_dates import fill_campaign_dates
from sf.ingest import runs
from sf.ingest.load import Target
from sf.ingest.loading import LoadingSync, StagedRead
from sf.ingest.sync import AnySynced
from sf.models import SyncRun
from sf.salesforce import soql
from sf.salesforce.errors import TransientError
from sf.salesforce.reads import TooMuchAsked, ask_carefully, count_carefully
from sf.sync import usage
from sf.sync.engine import ObjectSync
from sf.sync.meaning import SalesforceMeaning
from sf.sync.objects import columns_of
from sf.sync.salesforce_sync import SalesforceSync
from sf.sync.source import SoqlQuery, fetch_rest_page

GROUPS_AT_ONCE = 2000
"""The largest number of groups that an aggregate query returns. Such a query has no next page."""
FEWEST_GROUPS = 50


class CampMeaning(SalesforceMeaning):
    """The meaning of Salesforce's errors in ``camp_sync``: an outage does not stop the other entities."""

    def concerns_all(self, error: Exception) -> bool:
        return super().concerns_all(error) and not isinstance(error, TransientError)


class CampObjectSync(ObjectSync):
    """A sync as in ``sf`` that also records the complete read, and copies the dates of campaigns."""

    meaning = CampMeaning()

    def _follow_merge(self, read: StagedRead, run: SyncRun) -> None:
        if self._synced.model is SalesforceCampaign:
            fill_campaign_dates()
        note_complete(self._name, began=read.began)


class CountingSync(SalesforceSync[AnySynced]):
    """A sync from Salesforce that copies no records: it stores counts, or orphans (``pardot/orphans/``)."""

    system: ClassVar[str] = "Salesforce"
    meaning = CampMeaning()


class HealthSync(CountingSync[CountedEntity]):
    """A sync that counts leads and contacts, and those of them whom Pardot knows: four queries."""

    def _read_and_merge(self) -> None:
        began = runs.load_database_now()
        self._run.mode, self._run.transport = SyncRun.Mode.FULL, SyncRun.Transport.REST
        counted = {
            "total_leads": self._count("Lead"),
            "total_contacts": self._count("Contact"),
            "leads_with_pardot": self._count("Lead", where="pi__url__c != null"),
            "contacts_with_pardot": self._count("Contact", where="pi__url__c != null"),
        }
        confirm = self._make_confirmation()
        with transaction.atomic():
            confirm()
            SalesforceHealth.objects.create(captured_at=began, **counted)
            note_complete(self._name, began=began)
        self._run.rows_read = self._run.inserted = 1

    def _count(self, sobject: str, *, where: str = "") -> int:
        return count_carefully(self._client, soql.count(sobject, where=where))


_MEMBER_COUNTS = Target(
    table=CampaignMemberCount._meta.db_table,
    columns=columns_of(CampaignMemberCount.list_copied_fields()),
    stamp="",
    keeps_newer=False,
    marks_deleted=False,
)


class LoadedCounts:
    """An entity of counts, with the table into which they are loaded."""

    def __init__(self, entity: CountedEntity) -> None:
        self.name, self.fingerprint, self.target = entity.name, entity.fingerprint, _MEMBER_COUNTS


class MemberCountSync(CountingSync[LoadedCounts], LoadingSync[LoadedCounts]):
    """A sync that counts the members of each campaign by aggregate queries, without reading every member."""

    _groups_at_once = GROUPS_AT_ONCE

    def _compute_watermark(self, read: StagedRead, greatest: datetime | None) -> None:
        """Return no watermark: every run counts all members."""

    def _follow_merge(self, read: StagedRead, run: SyncRun) -> None:
        note_complete(self._name, began=read.began)

    def _read_and_merge(self) -> None:
        began = runs.load_database_now()
        self._run.mode, self._run.transport = SyncRun.Mode.FULL, SyncRun.Transport.REST
        self._progress.show_read(self._name, "counted by Salesforce", None, 0)
        responded = {group["CampaignId"]: group["members"] for group in self._fetch_groups("HasResponded = true")}
        rows = [
            (
                group["CampaignId"],
                *(str(number) for number in (group["members"], responded.get(group["CampaignId"], 0))),
                *(str(group[name]) for name in ("leads", "contacts")),
            )
            for group in self._fetch_groups("")
        ]
        self._stage.create()
        self._stage.copy_rows(rows)
        self._merge(StagedRead(rows=len(rows), began=began, is_full=True))

    def _fetch_groups(self, condition: str) -> Iterator[dict[str, Any]]:
        """Yield each campaign's counts of members that match ``condition``, in the order of campaign ids."""
        last = ""
        while True:
            after = f"CampaignId > {soql.quote(last)}" if last else "CampaignId != null"
            page, limit = self._fetch_page_of_groups(soql.all_of([after, condition]))
            yield from page
            if len(page) < limit:
                return
            last = page[-1]["CampaignId"]
            usage.check_between_pages(self._client.usage)

    def _fetch_page_of_groups(self, where: str) -> tuple[list[dict[str, Any]], int]:
        """Return the first groups, and the query's limit, which is halved when Salesforce runs out of time."""
        while True:
            at_most = self._groups_at_once
            query = SoqlQuery(_build_group_query(where, at_most), include_deleted=False)
            try:
                return ask_carefully(self._client, lambda: fetch_rest_page(self._client, query))["records"], at_most  # noqa: B023
            except TooMuchAsked:
                if at_most <= FEWEST_GROUPS:
                    raise
                self._groups_at_once = max(at_most // 2, FEWEST_GROUPS)
                self._remark = f"counted {self._groups_at_once:,} campaigns at once: more took Salesforce too long"


def _build_group_query(where: str, at_most: int) -> str:
    return (
        "SELECT CampaignId, COUNT(Id) members, COUNT(LeadId) leads, COUNT(ContactId) contacts FROM CampaignMember "  # noqa: S608 - SOQL
        f"WHERE {where} GROUP BY CampaignId ORDER BY CampaignId LIMIT {at_most}"
    )
