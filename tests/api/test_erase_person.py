"""``erase_person`` erases the data of one person only, and lists the copies that it cannot reach."""

from __future__ import annotations

import threading
from io import StringIO
from urllib.parse import urlencode

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone

from api.models import (
    FieldChangeLog,
    FormSubmission,
    IdempotencyKey,
    OutboundCase,
    RateCount,
    RequestLog,
    SuperUser,
    User,
)
from api.outbox.dead_letters import queue_again
from pardot.models import (
    CampaignMember,
    ContactCategoryScore,
    DailySnapshot,
    DayNote,
    OrphanRecord,
    OrphanRun,
    Prospect,
    ProspectEngagement,
    SavedView,
    TaggedObject,
    TeamMember,
    VisitorActivity,
)
from sf.ingest.personal import HOLDINGS, NOT_PERSONAL, list_text_columns
from sf.models import Adoption, CachedOrg, Contact, LookupMiss, Opportunity, RefusedRecord
from tests.api import records
from tests.api.cookies import UUID

pytestmark = pytest.mark.django_db

OTHER = "00000000-0000-4000-8000-000000000009"
NEITHER = "00000000-0000-4000-8000-000000000008"


def test_every_column_of_text_is_declared_personal_or_not() -> None:
    for model in apps.get_models():
        personal = frozenset().union(*(holding.personal for holding in HOLDINGS if holding.model is model))
        declared = personal | NOT_PERSONAL.get(model, frozenset())
        assert declared == list_text_columns(model), f"declare {model} in the personal.py of its app"
        assert not personal & NOT_PERSONAL.get(model, frozenset()), model


def erase(*options: str) -> str:
    output = StringIO()
    call_command("erase_person", *options, stdout=output)
    return output.getvalue()


def make_person(uuid: str, email: str, number: int) -> Contact:
    """Make a person with rows in most tables about people."""
    stamp, who = timezone.now(), f"user:{uuid}"
    contact = records.contact(accounts_uuid=uuid, email=email, full_name=f"Person {number}", is_deleted=True)
    opportunity = records.opportunity(contact=contact, name=f"Person {number} - Algebra", stage_name="Won")
    records.adoption(contact=contact, opportunity=opportunity, name=f"Person {number}")
    LookupMiss.objects.create(accounts_uuid=uuid)
    RefusedRecord.objects.create(
        object="contacts", record_id=str(number), payload=f'{{"email": "{email}"}}', reason="x", fingerprint=""
    )
    RequestLog.objects.create(time=stamp, status=200, milliseconds=1, identity=who, address=f"192.0.2.{number}")
    FieldChangeLog.objects.create(
        object="Contact", record_id=contact.id, field="role", new="x", source="t", identity="key:a"
    )
    case = OutboundCase.objects.create(identity="key:site", values={"SuppliedEmail": email.upper()}, state="delivered")
    FormSubmission.objects.create(
        form_type="contact", data={"email": "else@example.org"}, identity="key:site", case=case
    )
    FormSubmission.objects.create(form_type="contact", data={"email": email}, identity="key:site", spam_reason="x")
    OutboundCase.objects.create(identity=who, values={}, state="refused")
    IdempotencyKey.objects.create(identity=who, path="/", key="k", body_hash="", record_id=case.id)
    RateCount.objects.create(key=f"salesforce:{who}", hits=[], totals=[])
    SuperUser.objects.create(accounts_uuid=uuid, name=f"Super {number}")
    User.objects.create(username=f"staff{number}", email=email, is_staff=True)
    TeamMember.objects.create(name=f"Member {number}", accounts_uuid=uuid)
    DayNote.objects.create(day="2026-01-01", text="x", created_by=f"Member {number}")
    search = urlencode({"tab": "scout-report", "prospects.q": email})
    SavedView.objects.create(name=f"View {number}", query=search, owner_uuid=NEITHER)
    SavedView.objects.create(name=f"View {number}", query="tab=tags", owner_uuid=uuid, created_by=f"Member {number}")
    Prospect.objects.create(id=number, email=email.title(), salesforce_contact_id=contact.id[:15])
    VisitorActivity.objects.create(id=number, prospect_id=number, created_at=stamp)
    ProspectEngagement.objects.create(prospect_id=number, activity_count=1, last_activity=stamp)
    TaggedObject.objects.create(id=number, object_type="Prospect", object_id=number, object_name=f"Person {number}")
    kind = OrphanRecord.Kind.CONTACT_WITHOUT_PROSPECT
    OrphanRecord.objects.create(run=OrphanRun.objects.create(), kind=kind, record_id=contact.id, missing=email)
    copied = {"system_modstamp": stamp, "contact_id": contact.id}
    CampaignMember.objects.create(id=records.salesforce_id("00v"), **copied)
    ContactCategoryScore.objects.create(id=records.salesforce_id("a00"), **copied)
    return contact


def everything() -> str:
    """Return all values of all tables about people, as text."""
    models = {holding.model for holding in HOLDINGS}
    return "\n".join(str(row) for model in models for row in model._base_manager.values())


@pytest.mark.parametrize("option", ["--uuid", "--email", "--contact"])
def test_uuid_email_or_contact_is_enough_to_erase_one_person_and_no_other(option: str) -> None:
    contact, other = make_person(UUID, "ines@example.org", 1), make_person(OTHER, "ida@example.org", 2)
    DailySnapshot.objects.create(day="2026-01-01", tier=1, person_scores={"Member 1": 90, "Member 2": 80})
    value = {"--uuid": UUID.upper(), "--email": "Ines@Example.org", "--contact": contact.id[:15]}[option]
    before = erase(option, value, "--dry-run")
    assert "        1  request log: remove" in before
    assert str(contact.full_name) in everything()
    output = erase(option, value, "--yes")
    assert before.splitlines()[1:3] == output.splitlines()[1:3]
    rest = everything().lower()
    for trace in (
        UUID,
        "ines@example.org",
        "ines%40example.org",
        "person 1",
        "super 1",
        "member 1",
        "192.0.2.1",
    ):
        assert trace not in rest, trace
    assert [rest.count(trace) for trace in ("person 2", "member 2")] == [4, 4]
    assert RequestLog.objects.get().identity == f"user:{OTHER}"
    assert (Contact.all_objects.get(id=contact.id).is_deleted, Contact.all_objects.get(id=other.id).email) == (
        True,
        "ida@example.org",
    )
    opportunity = Opportunity.objects.get(name=None)
    assert (opportunity.stage_name, opportunity.contact_id, Adoption.objects.filter(name=None).count()) == (
        "Won",
        None,
        1,
    )
    assert "No rows to erase for this person." in erase("--uuid", UUID, "--yes")


def test_the_erased_user_of_the_admin_is_locked_and_keeps_only_the_user_name() -> None:
    User.objects.create_user("staff1", "ines@example.org", "secret", first_name="Ines", is_staff=True)
    erase("--email", "ines@example.org", "--yes")
    user = User.objects.get(username="staff1")
    assert (user.email, user.first_name, user.is_active, user.is_staff) == ("", "", False, False)
    assert not user.has_usable_password()


@pytest.mark.parametrize("word", ["Prospect", "prospects", "PROSPECT"])
def test_the_tags_of_a_prospect_are_deleted_whatever_the_spelling_of_the_type(word: str) -> None:
    Prospect.objects.create(id=1, email="ines@example.org")
    TaggedObject.objects.create(id=1, object_type=word, object_id=1, object_name="Ines")
    TaggedObject.objects.create(id=2, object_type=word, object_id=2, object_name="Ida")
    TaggedObject.objects.create(id=3, object_type="Form", object_id=1, object_name="Newsletter")
    erase("--email", "ines@example.org", "--yes")
    assert sorted(TaggedObject.objects.values_list("id", flat=True)) == [2, 3]


def test_a_case_that_waits_for_delivery_is_kept_and_reported() -> None:
    waiting = OutboundCase.objects.create(identity=f"user:{UUID}", values={"SuppliedEmail": "ines@example.org"})
    FormSubmission.objects.create(form_type="contact", data={}, identity=f"user:{UUID}", case=waiting)
    output = StringIO()
    with pytest.raises(CommandError, match="repeat the command when no case waits"):
        call_command("erase_person", "--uuid", UUID, "--yes", stdout=output)
    assert "Not erased yet: 1 accepted case waits for delivery to Salesforce" in output.getvalue()
    assert FormSubmission.objects.get().case == OutboundCase.objects.get()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("form", [True, False], ids=["with form", "without form"])
def test_a_case_that_an_operator_queues_again_meanwhile_is_kept_and_reported(form: bool) -> None:
    case = OutboundCase.objects.create(identity=f"user:{UUID}", values={}, state="failed")
    if form:
        FormSubmission.objects.create(form_type="contact", data={}, identity=f"user:{UUID}", case=case)
    errors: list[str] = []

    def erase_in_thread() -> None:
        try:
            erase("--uuid", UUID, "--yes")
        except CommandError as error:
            errors.append(str(error))
        finally:
            connection.close()

    erasing = threading.Thread(target=erase_in_thread)
    with transaction.atomic():
        assert queue_again([case]) == 1
        erasing.start()
        erasing.join(2)
    erasing.join()
    assert OutboundCase.objects.get().state == "queued"
    assert FormSubmission.objects.count() == int(form)
    assert errors == ["some cases are not erased yet: repeat the command when no case waits"]


def test_the_report_says_where_to_send_or_discard_a_case_of_another_org() -> None:
    CachedOrg.objects.create(organization_id="00Dxx0000000002AAA")
    OutboundCase.objects.create(identity=f"user:{UUID}", values={}, organization_id="00Dxx0000000001AAA")
    output = erase("--uuid", UUID, "--dry-run")
    assert "1 accepted case waits for another org. In admin › Cases (outbox), send or discard such cases" in output
    assert "Run deliver_pending" not in output


def test_a_contact_that_salesforce_still_has_is_reported() -> None:
    contact = records.contact(email="ines@example.org")
    output = erase("--email", "ines@example.org", "--dry-run")
    assert f"Salesforce still had contact {contact.id}. Delete it there first" in output
    assert "Not reached by this command:\n" in output
    assert "backups of this database" in output
    another = records.contact(email="ines@example.org")
    both = ", ".join(sorted([contact.id, another.id]))
    assert f"still had contacts {both}. Delete them there first" in erase("--email", "ines@example.org", "--dry-run")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ([], "at least one of --uuid, --email and --contact"),
        (["--uuid=ines"], "'ines' is not a UUID"),
        (["--email=ines"], "'ines' is not an email address"),
        (["--contact=001000000000001"], "is not the id of a contact"),
        ([f"--uuid={UUID}"], "there is no terminal to ask on: repeat the command with --yes"),
    ],
)
def test_wrong_options_or_a_missing_confirmation_change_nothing(options: list[str], message: str) -> None:
    contact = records.contact()
    with pytest.raises(CommandError, match=message):
        erase(*options)
    assert Contact.objects.get(id=contact.id).full_name == "Ines Example"
