"""The base of runs that call Salesforce, whatever they do with the answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from sf.ingest.meaning import Meaning
from sf.ingest.sync import AnySynced, Progress, Sync, SyncOptions
from sf.salesforce.client import SalesforceClient
from sf.sync import usage
from sf.sync.identity import make_confirmation
from sf.sync.meaning import SalesforceMeaning


class SalesforceSync(Sync[AnySynced]):
    """A run with one client. The calls of the client are counted."""

    meaning: ClassVar[Meaning] = SalesforceMeaning()

    def __init__(
        self,
        synced: AnySynced,
        client: SalesforceClient,
        counter: usage.UsageCounter,
        progress: Progress,
        options: SyncOptions,
        check_budget: Callable[[], None],
    ) -> None:
        super().__init__(synced, lambda: counter.calls, progress, options, check_budget)
        self._client = client

    def _make_confirmation(self) -> Callable[[], None]:
        return make_confirmation(self._client)

    def _note_usage(self) -> None:
        if self._client.usage:
            usage.note_usage(self._client, self._client.usage)
