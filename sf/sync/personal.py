"""Declare which data about people the tables of ``sf`` contain."""

from __future__ import annotations

from dataclasses import replace

from django.db.models import Q
from django.db.models.functions import Now

from sf.ingest.personal import HOLDINGS, WIDEN, Holding, Person, any_of, any_text, clear, empty, not_personal
from sf.models import (
    Account,
    Adoption,
    Book,
    CachedOrg,
    Contact,
    FollowedObject,
    LookupMiss,
    OperatorAction,
    Opportunity,
    RefusedLogin,
    RefusedRecord,
    ReplicaMark,
    ScheduledJob,
    SchoolShortForm,
    SchoolWord,
    SearchedSchool,
    SFAPIUsageLog,
    SyncConfig,
    SyncLease,
    SyncRun,
    UnreadableField,
)

_CONTACT = frozenset({
    "first_name", "last_name", "full_name", "email", "role", "position", "title", "adoption_status", "adoptions_json",
    "verification_status", "reject_reason", "accounts_uuid", "accounts_id", "lead_source", "lms", "subject_interest",
})  # fmt: skip


def declare() -> None:
    WIDEN.insert(0, _add_contacts)  # first: other functions of WIDEN search by the identifiers that _contacts adds
    unlinked = clear(name=None, description=None, contact=None, local_update_date=Now())
    HOLDINGS.extend([
        Holding(Adoption, frozenset({"name"}), lambda person: any_of("contact_id", person.contacts),
                clear(name=None, contact=None, local_update_date=Now()), "clear name and contact"),
        Holding(Opportunity, frozenset({"name", "description"}), lambda person: any_of("contact_id", person.contacts),
                unlinked, "clear name, description and contact"),
        Holding(Contact, _CONTACT, lambda person: any_of("id", person.contacts), empty, "empty"),
        Holding(LookupMiss, frozenset(), lambda person: any_of("accounts_uuid", person.uuids)),
        Holding(RefusedRecord, frozenset({"record_id", "payload", "reason"}), _build_refused_records),
        Holding(SyncConfig, frozenset({"switched_by"}), lambda person: any_of("switched_by", person.signatures),
                clear(switched_by=""), "clear author"),
        Holding(OperatorAction, frozenset({"requested_by"}), lambda person: any_of("requested_by", person.signatures),
                clear(requested_by=""), "clear author"),
    ])  # fmt: skip
    not_personal(
        Adoption, "adoption_number", "adoption_type", "school_year", "terms_used", "confirmation_type", "how_using"
    )
    not_personal(
        Opportunity, "record_type_id", "stage_name", "type", "lead_source", "owner_id", "created_by_id",
        "last_modified_by_id", "fiscal",
    )  # fmt: skip
    not_personal(RefusedRecord, "object", "fingerprint")
    not_personal(SyncConfig, "instance_url", "off_reason")
    not_personal(OperatorAction, "label", "command", "host", "outcome")
    nobody = [
        Account, Book, CachedOrg, FollowedObject, RefusedLogin, ReplicaMark, ScheduledJob,
        SchoolShortForm, SchoolWord, SearchedSchool, SFAPIUsageLog, SyncLease, SyncRun,
        UnreadableField,
    ]  # fmt: skip
    for model in nobody:
        not_personal(model)


def _add_contacts(person: Person) -> Person:
    """Add the person's contacts, and the account UUIDs and email addresses of these contacts."""
    condition = any_of("id", person.contacts) | any_of("accounts_uuid", person.uuids) | any_text("email", person.emails)
    contacts = list(Contact.all_objects.filter(condition)) if condition else []
    return replace(
        person,
        contacts=person.contacts | {contact.id for contact in contacts},
        uuids=person.uuids | {contact.accounts_uuid for contact in contacts if contact.accounts_uuid},
        emails=person.emails | {contact.email.lower() for contact in contacts if contact.email},
    )


def _build_refused_records(person: Person) -> Q:
    identifiers = {*person.uuids, *person.emails, *person.contacts}
    return any_of("record_id", person.contacts | person.leads) | any_text("payload", identifiers, "icontains")
