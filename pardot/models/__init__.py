"""Models: copies from Pardot and Salesforce, roll-ups, findings, and the team's own entries."""

from pardot.models.alert import Alert
from pardot.models.asset_activity_day import AssetActivityDay, AssetKind
from pardot.models.audit_summary import AuditSummary
from pardot.models.cached_business_unit import CachedBusinessUnit
from pardot.models.campaign import Campaign
from pardot.models.campaign_member import CampaignMember
from pardot.models.campaign_member_count import CampaignMemberCount
from pardot.models.category_score import ContactCategoryScore, LeadCategoryScore
from pardot.models.configuration_change import ConfigurationChange
from pardot.models.configured_value import ConfiguredValue
from pardot.models.custom_redirect import CustomRedirect
from pardot.models.daily_snapshot import DailySnapshot
from pardot.models.day_note import DayNote
from pardot.models.digest_delivery import DigestDelivery
from pardot.models.entity_state import EntityState
from pardot.models.exemption import Exemption
from pardot.models.finding import Finding
from pardot.models.folder import Folder
from pardot.models.form import Form
from pardot.models.landing_page import LandingPage
from pardot.models.list import List
from pardot.models.list_email import ListEmail
from pardot.models.orphan_run import OrphanRecord, OrphanRun
from pardot.models.pardot_quota import PardotQuota
from pardot.models.prospect import Prospect
from pardot.models.prospect_engagement import ProspectEngagement
from pardot.models.record import PardotRecord
from pardot.models.salesforce_campaign import SalesforceCampaign
from pardot.models.salesforce_health import SalesforceHealth
from pardot.models.saved_view import SavedView
from pardot.models.tag import Tag
from pardot.models.tagged_object import TaggedObject
from pardot.models.task import Task
from pardot.models.team_member import TeamMember
from pardot.models.view_subscription import ViewSubscription
from pardot.models.visitor_activity import ActivityType, VisitorActivity

__all__ = [
    "ActivityType",
    "Alert",
    "AssetActivityDay",
    "AssetKind",
    "AuditSummary",
    "CachedBusinessUnit",
    "Campaign",
    "CampaignMember",
    "CampaignMemberCount",
    "ConfigurationChange",
    "ConfiguredValue",
    "ContactCategoryScore",
    "CustomRedirect",
    "DailySnapshot",
    "DayNote",
    "DigestDelivery",
    "EntityState",
    "Exemption",
    "Finding",
    "Folder",
    "Form",
    "LandingPage",
    "LeadCategoryScore",
    "List",
    "ListEmail",
    "OrphanRecord",
    "OrphanRun",
    "PardotQuota",
    "PardotRecord",
    "Prospect",
    "ProspectEngagement",
    "SalesforceCampaign",
    "SalesforceHealth",
    "SavedView",
    "Tag",
    "TaggedObject",
    "Task",
    "TeamMember",
    "ViewSubscription",
    "VisitorActivity",
]
