"""Declare which columns of Pardot's copies and of the team's own tables contain personal data."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import quote_plus

from django.db import connection
from django.db.models import Q

from pardot import models
from pardot.domain.areas import Area
from pardot.domain.object_types import load_object_type_words
from sf.ingest.personal import (
    HOLDINGS,
    UNREACHED,
    WIDEN,
    Holding,
    Person,
    Rows,
    any_of,
    any_text,
    clear,
    empty,
    list_text_columns,
    not_personal,
)
from sf.salesforce.ids import id_of_18

_PROSPECT = list_text_columns(models.Prospect)


def declare() -> None:
    WIDEN.extend([_add_prospects, _add_members])
    _declare_people()
    _declare_team()
    without_personal_columns = [
        models.Alert, models.AssetActivityDay, models.AuditSummary, models.CachedBusinessUnit, models.Campaign,
        models.CampaignMemberCount, models.CustomRedirect, models.EntityState, models.Finding,
        models.Folder, models.Form,
        models.LandingPage, models.List, models.ListEmail, models.OrphanRun, models.PardotQuota,
        models.ProspectEngagement, models.SalesforceCampaign, models.SalesforceHealth, models.Tag,
        models.VisitorActivity,
    ]  # fmt: skip
    for model in without_personal_columns:
        not_personal(model)


def _declare_people() -> None:
    HOLDINGS.extend([
        Holding(models.VisitorActivity, frozenset(), lambda person: any_of("prospect_id", person.prospects)),
        Holding(models.ProspectEngagement, frozenset(), lambda person: any_of("prospect_id", person.prospects)),
        Holding(models.TaggedObject, frozenset({"object_name"}), _match_tags),
        Holding(models.OrphanRecord, frozenset({"record_id", "name", "missing"}), _match_orphan),
        Holding(models.CampaignMember, frozenset({"lead_id", "contact_id", "status"}), _match_member, empty, "empty"),
        Holding(models.LeadCategoryScore, frozenset({"lead_id", "category"}),
                lambda person: any_of("lead_id", person.leads), empty, "empty"),
        Holding(models.ContactCategoryScore, frozenset({"contact_id", "category"}),
                lambda person: any_of("contact_id", person.contacts), empty, "empty"),
        Holding(models.Prospect, _PROSPECT, lambda person: any_of("id", person.prospects), empty, "empty"),
    ])  # fmt: skip
    not_personal(models.TaggedObject, "object_type")
    not_personal(models.OrphanRecord, "kind")
    not_personal(models.CampaignMember, "campaign_id")


def _declare_team() -> None:
    for model in (models.DayNote, models.Exemption, models.Task):
        HOLDINGS.append(Holding(model, frozenset({"created_by"}), _match_entries, clear(created_by=""), "clear author"))
    HOLDINGS.extend([
        Holding(models.ConfiguredValue, frozenset({"updated_by"}),
                lambda person: any_of("updated_by", person.signatures), clear(updated_by=""), "clear author"),
        Holding(models.ConfigurationChange, frozenset({"changed_by"}),
                lambda person: any_of("changed_by", person.signatures), clear(changed_by=""), "clear author"),
        Holding(models.Task, frozenset({"asset_name"}), _match_task, clear(asset_name=""), "clear name"),
        Holding(models.DailySnapshot, frozenset({"person_scores"}),
                _match_scores, _forget_scores, "remove name"),
        Holding(models.DigestDelivery, frozenset({"recipient", "text"}), _match_messages),
        Holding(models.SavedView, frozenset({"owner_uuid", "created_by", "query"}), _match_views),
        Holding(models.TeamMember, frozenset({"name", "role", "label", "accounts_uuid", "email"}),
                _match_team_member),
    ])  # fmt: skip
    not_personal(models.ConfiguredValue, "value")
    not_personal(models.ConfigurationChange, "key", "before", "after")
    not_personal(models.DailySnapshot, "area_scores", "issue_counts")
    not_personal(models.TeamMember, "areas")
    not_personal(models.DigestDelivery, "channel")
    not_personal(models.Task, "title", "description", "area", "issue", "asset_type", "status", "priority")
    not_personal(models.DayNote, "text")
    not_personal(models.SavedView, "name")
    not_personal(models.ViewSubscription)
    not_personal(models.Exemption, "asset_type", "issue", "reason")
    UNREACHED.append("text that staff typed into tasks, notes, names of saved views and reasons for exemptions")


def _add_prospects(person: Person) -> Person:
    """Add the person's prospects, and the leads that these prospects are linked to."""
    shorts = {contact[:15] for contact in person.contacts}
    condition = (
        any_text("email", person.emails)
        | any_text("salesforce_contact_id", shorts, "startswith")
        | any_of("id", person.prospects)
    )
    rows = list(models.Prospect.objects.filter(condition)) if condition else []
    leads = (id_of_18(row.salesforce_lead_id or "") for row in rows)
    return replace(
        person,
        prospects=person.prospects | {row.id for row in rows},
        leads=person.leads | {lead for lead in leads if lead},
    )


def _add_members(person: Person) -> Person:
    condition = _match_team_member(person)
    rows = list(models.TeamMember.objects.filter(condition)) if condition else []
    return replace(
        person,
        staff_names=person.staff_names | {row.name for row in rows},
        emails=person.emails | {row.email.lower() for row in rows if row.email},
    )


def _match_team_member(person: Person) -> Q:
    return any_of("accounts_uuid", person.uuids) | any_text("email", person.emails)


def _match_messages(person: Person) -> Q:
    """Match messages sent to the person as a team member, but not those to ``DIGEST_RECIPIENTS``."""
    condition = any_text("recipient", person.emails)
    return condition & Q(channel__startswith="member ") if condition else condition


def _match_views(person: Person) -> Q:
    """Match views that the person saved, or whose query contains an email address of the person."""
    quoted = {quote_plus(email) for email in person.emails}
    return any_of("owner_uuid", person.uuids) | any_text("query", quoted, "icontains")


def _match_tags(person: Person) -> Q:
    condition = any_of("object_id", person.prospects)
    return condition & Q(object_type__in=load_object_type_words(Area.PROSPECTS)) if condition else condition


def _match_orphan(person: Person) -> Q:
    ids = {*map(str, person.prospects), *person.contacts, *person.leads}
    of_people = Q(
        kind__in=["prospects_crm_gone", "prospects_unlinked", "leads_without_prospect", "contacts_without_prospect"]
    )
    condition = any_of("record_id", ids) | any_text("missing", person.emails)
    return condition & of_people if condition else condition


def _match_member(person: Person) -> Q:
    return any_of("contact_id", person.contacts) | any_of("lead_id", person.leads)


def _match_entries(person: Person) -> Q:
    return any_of("created_by", person.signatures)


def _match_task(person: Person) -> Q:
    condition = any_of("asset_id", person.prospects)
    return condition & Q(asset_type=Area.PROSPECTS) if condition else condition


def _match_scores(person: Person) -> Q:
    names = sorted(person.staff_names)
    return Q(person_scores__has_any_keys=names) if names else Q()


def _forget_scores(rows: Rows, person: Person) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE pardot_dailysnapshot SET person_scores = person_scores - %(names)s::text[] "
            "WHERE person_scores ?| %(names)s::text[]",
            {"names": sorted(person.staff_names)},
        )
        return int(cursor.rowcount)
