"""Declare what the API, and Django itself, store about people."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db.models import Q

from api.models import (
    APIKey,
    CircuitBreaker,
    FieldChangeLog,
    FormSubmission,
    IdempotencyKey,
    OutboundCase,
    RateCount,
    RequestCount,
    RequestLog,
    RouteCount,
    SuperUser,
    User,
)
from sf.ingest.personal import (
    HOLDINGS,
    WIDEN,
    Holding,
    Person,
    Rows,
    any_of,
    any_text,
    clear,
    not_personal,
    remove,
)

_WAITS = Q(state=OutboundCase.State.QUEUED)


def declare() -> None:
    """Register the tables of this app and of Django; called once the models are loaded."""
    WIDEN.append(_add_staff_names)
    _declare_writes()
    _declare_logs()
    _declare_staff()
    for model in (CircuitBreaker, RequestCount, RouteCount, Group, Permission, ContentType):
        not_personal(model)
    not_personal(Session)  # a session identifies an admin user only by id


def select_waiting_cases(person: Person) -> Rows:
    """Return the person's queued cases. SFAPI promised to deliver them, so they cannot be erased yet."""
    condition = _match_case(person)
    return OutboundCase.objects.filter(condition, _WAITS) if condition else OutboundCase.objects.none()


def _match_case(person: Person) -> Q:
    return any_of("identity", person.identities) | any_text("values__SuppliedEmail", person.emails)


def _match_ended_case(person: Person) -> Q:
    condition = _match_case(person)
    return condition & ~_WAITS if condition else condition


def _match_form(person: Person) -> Q:
    own = any_of("identity", person.identities) | any_text("data__email", person.emails)
    return own & (Q(case=None) | ~Q(case__state=OutboundCase.State.QUEUED)) if own else own


def _match_form_of_case(person: Person) -> Q:
    condition = _match_ended_case(person)
    return Q(case__in=OutboundCase.objects.filter(condition)) if condition else condition


def _match_key(person: Person) -> Q:
    """Leave out the keys of waiting cases: without its key, a repeated request would make another case."""
    cases = OutboundCase.objects.filter(_WAITS)
    forms = FormSubmission.objects.filter(case__in=cases)
    own = any_of("identity", person.identities)
    return own & ~Q(record_id__in=cases.values("pk")) & ~Q(record_id__in=forms.values("pk")) if own else own


def _declare_writes() -> None:
    form, case = frozenset({"data", "source_url", "identity"}), {"identity", "values", "error_message"}
    HOLDINGS.extend([
        Holding(FormSubmission, form, lambda person: _match_form(person) | _match_form_of_case(person), _remove_forms),
        Holding(OutboundCase, frozenset(case), _match_ended_case, _remove_cases),
        Holding(OutboundCase, frozenset({"settled_by"}), lambda person: any_of("settled_by", person.signatures),
                clear(settled_by=""), "clear author"),
        Holding(IdempotencyKey, frozenset({"identity"}), _match_key),
    ])  # fmt: skip
    not_personal(FormSubmission, "form_type", "spam_reason")
    not_personal(
        OutboundCase, "source", "organization_id", "state", "lease_holder", "salesforce_id", "error_group",
        "error_code", "error_fields",
    )  # fmt: skip
    not_personal(IdempotencyKey, "path", "key", "body_hash", "record_id")


def _remove_forms(rows: Rows, person: Person) -> int:
    """Delete the forms. Their cases are locked, so that an operator queues none of them again meanwhile."""
    _lock(OutboundCase.objects.filter(pk__in=rows.values("case")))
    return remove(rows, person)


def _remove_cases(rows: Rows, person: Person) -> int:
    """Delete the cases that have no form.

    The forms of ended cases were deleted before. A case that has ended since then still has its form, so it is kept.
    """
    ended = _lock(rows.filter(submission=None))
    return OutboundCase.objects.filter(pk__in=ended).delete()[1].get("api.OutboundCase", 0)


def _lock(cases: Rows) -> list[Any]:
    """Lock the cases until the end of the transaction, and return their ids."""
    return list(cases.select_for_update(of=("self",)).values_list("pk", flat=True))


def _declare_logs() -> None:
    HOLDINGS.extend([
        Holding(RequestLog, frozenset({"path", "query", "identity", "address", "user_agent"}),
                lambda person: any_of("identity", person.identities)),
        Holding(FieldChangeLog, frozenset({"record_id", "old", "new", "identity"}),
                lambda person: any_of("record_id", person.contacts) | any_of("identity", person.identities)),
        Holding(RateCount, frozenset(), lambda person: any_text("key", person.identities, "endswith")),
    ])  # fmt: skip
    not_personal(RequestLog, "method", "auth_type", "request_id")
    not_personal(FieldChangeLog, "object", "field", "source", "request_id")
    not_personal(RateCount)


def _declare_staff() -> None:
    account = clear(
        email="", first_name="", last_name="", password=make_password(None),
        is_active=False, is_staff=False, is_superuser=False,
    )  # fmt: skip
    HOLDINGS.extend([
        Holding(APIKey, frozenset({"created_by"}), lambda person: any_of("created_by", person.signatures),
                clear(created_by=""), "clear author"),
        Holding(LogEntry, frozenset({"object_repr"}), lambda person: any_of("object_repr", person.signatures),
                clear(object_repr=""), "clear name"),
        Holding(SuperUser, frozenset({"accounts_uuid", "name"}),
                lambda person: any_of("accounts_uuid", person.uuids)),
        Holding(User, frozenset({"username", "first_name", "last_name", "email", "password"}),
                lambda person: any_text("email", person.emails), account, "lock and empty, but keep the user name"),
    ])  # fmt: skip
    not_personal(APIKey, "name", "public_id", "first_id", "prefix", "key_hash", "scopes", "rate")
    not_personal(LogEntry, "object_id", "change_message")


def _add_staff_names(person: Person) -> Person:
    """Add the person's Super User name and admin user names."""
    names = SuperUser.objects.filter(accounts_uuid__in=person.uuids).exclude(name="").values_list("name", flat=True)
    users = any_text("email", person.emails)
    usernames = User.objects.filter(users).values_list("username", flat=True) if users else []
    return replace(person, staff_names=person.staff_names | {*names, *usernames})
