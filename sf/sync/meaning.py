"""The meaning of Salesforce's errors for a run."""

from __future__ import annotations

from sf.ingest.errors import SyncError
from sf.ingest.meaning import Meaning
from sf.models import SyncRun
from sf.salesforce.errors import DailyLimitReached, RequestRefused, SalesforceError
from sf.salesforce.reads import CannotFinish
from sf.sync.identity import AnotherOrg


class SalesforceMeaning(Meaning):
    """Errors about one object do not concern the next objects. Other errors, such as a failed login, do."""

    errors = (SalesforceError,)

    def find_cause_of_pause(self, error: Exception) -> str:
        return SyncRun.Cause.LIMIT if isinstance(error, DailyLimitReached) else ""

    def is_final(self, error: Exception) -> bool:
        if isinstance(error, SalesforceError):
            return isinstance(error, RequestRefused)
        return super().is_final(error)

    def concerns_all(self, error: Exception) -> bool:
        return not isinstance(error, SyncError | RequestRefused | CannotFinish)

    def is_lasting(self, error: Exception) -> bool:
        return isinstance(error, SalesforceError) and error.lasting and error.concerns_everything

    def leads_elsewhere(self, error: Exception) -> bool:
        return isinstance(error, AnotherOrg)
