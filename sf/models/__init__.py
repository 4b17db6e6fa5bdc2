"""Cached Salesforce objects, and the bookkeeping of their syncs."""

from sf.models.account import Account
from sf.models.adoption import Adoption
from sf.models.book import Book
from sf.models.cached_org import CachedOrg
from sf.models.contact import Contact
from sf.models.followed_object import FollowedObject
from sf.models.lookup_miss import LookupMiss
from sf.models.operator_action import OperatorAction
from sf.models.opportunity import Opportunity
from sf.models.record import CachedRecord
from sf.models.refused_login import RefusedLogin
from sf.models.refused_record import RefusedRecord
from sf.models.replica_mark import ReplicaMark
from sf.models.scheduled_job import ScheduledJob
from sf.models.school_search import SchoolShortForm, SchoolWord, SearchedSchool
from sf.models.sync_config import SyncConfig
from sf.models.sync_lease import SyncLease
from sf.models.sync_run import SyncRun
from sf.models.unreadable_field import UnreadableField
from sf.models.usage_log import SFAPIUsageLog

__all__ = [
    "Account",
    "Adoption",
    "Book",
    "CachedOrg",
    "CachedRecord",
    "Contact",
    "FollowedObject",
    "LookupMiss",
    "OperatorAction",
    "Opportunity",
    "RefusedLogin",
    "RefusedRecord",
    "ReplicaMark",
    "SFAPIUsageLog",
    "ScheduledJob",
    "SchoolShortForm",
    "SchoolWord",
    "SearchedSchool",
    "SyncConfig",
    "SyncLease",
    "SyncRun",
    "UnreadableField",
]
