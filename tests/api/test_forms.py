"""``POST /forms/submit`` and ``GET /forms/submissions/{id}``."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db.models.functions import Now
from django.test import Client

from api.auth.api_keys import create_api_key
from api.forms.spam import is_disposable
from api.models import CircuitBreaker, FormSubmission, IdempotencyKey, OutboundCase
from api.protection import breaker
from tests.api.conftest import bearer
from tests.api.cookies import UUID
from tests.api.outgoing import break_salesforce, deliver, post, restore_salesforce
from tests.simulated import Simulator

CONTACT_US = {
    "form_type": "contact_us",
    "data": {
        "name": "Ines Example",
        "email": "ines@college.example",
        "subject": "Answers",
        "message": "Where are they?",
        "school": "Example College",
    },
    "source_url": "https://openstax.org/contact",
}
WEB_TO_CASE = {
    "form_type": "web_to_case",
    "data": {
        "first_name": "Ines",
        "last_name": "Example",
        "subject": "Broken",
        "description": "It is.",
        "product": "Textbooks",
    },
}
FIELDS = "Id, Subject, Description, SuppliedName, SuppliedEmail, Origin, Product__c, SFAPI_Id__c"


@pytest.fixture
def sender(simulator: Simulator, user: Client) -> Client:
    return user


def submit(client: Client, body: Any = CONTACT_US, **headers: str) -> Any:
    return post(client, "forms/submit", body, **headers)


def created_cases(simulator: Simulator) -> list[dict[str, Any]]:
    return simulator.query(f"SELECT {FIELDS} FROM Case WHERE SFAPI_Id__c != null")


def test_contact_us_becomes_a_case(sender: Client, simulator: Simulator) -> None:
    answer = submit(sender)
    body = answer.json()
    assert (answer.status_code, body) == (
        202,
        {"id": body["id"], "form_type": "contact_us", "status": "pending"},
    )
    (case,) = created_cases(simulator)
    assert case["Subject"] == "Contact us: Answers"
    assert case["Description"] == "Where are they?\n\nSchool: Example College"
    assert (case["SuppliedName"], case["SuppliedEmail"], case["Origin"]) == (
        "Ines Example",
        "ines@college.example",
        "Web",
    )
    stored = FormSubmission.objects.get()
    assert (str(stored.pk), stored.data, stored.source_url) == (
        body["id"],
        CONTACT_US["data"],
        CONTACT_US["source_url"],
    )
    assert sender.get(f"/api/v1/forms/submissions/{body['id']}").json() == {**body, "status": "delivered"}


def test_the_openapi_document_has_a_schema_for_each_type_of_form(db: None) -> None:
    schemas = Client().get("/api/v1/openapi.json").json()["components"]["schemas"]
    assert schemas["FormIn"]["discriminator"] == {
        "propertyName": "form_type",
        "mapping": {
            "contact_us": "#/components/schemas/ContactUsForm",
            "web_to_case": "#/components/schemas/WebToCaseForm",
        },
    }
    for each in schemas["FormIn"]["oneOf"]:
        form = schemas[each["$ref"].rpartition("/")[2]]
        assert form["required"] == ["form_type", "data"]
        data = schemas[form["properties"]["data"]["$ref"].rpartition("/")[2]]
        assert data["additionalProperties"] is True
    assert schemas["ContactUs"]["required"] == ["message"]
    assert schemas["WebToCase"]["required"] == ["subject", "description"]


def test_web_to_case_becomes_a_case(sender: Client, simulator: Simulator) -> None:
    assert submit(sender, WEB_TO_CASE).status_code == 202
    (case,) = created_cases(simulator)
    assert (case["Subject"], case["Description"], case["SuppliedName"]) == ("Broken", "It is.", "Ines Example")
    assert case["Product__c"] == "Textbooks"


def deep(levels: int) -> Any:
    return "a" if levels == 0 else [deep(levels - 1)]


def milliseconds(ago: float) -> int:
    return int((time.time() - ago) * 1000)


@pytest.mark.parametrize(
    "change",
    [
        {"honeypot": "https://buy.example"},
        {"submitted_at": "a second ago"},
        {"data": {**CONTACT_US["data"], "email": "x@mailinator.com"}},  # type: ignore[dict-item]
        {"data": {**CONTACT_US["data"], "email": "x@sub.Mailinator.COM"}},  # type: ignore[dict-item]
    ],
)
def test_spam_is_stored_and_a_bot_learns_nothing(sender: Client, simulator: Simulator, change: Any) -> None:
    if "submitted_at" in change:
        change = {"submitted_at": milliseconds(ago=1)}
    good, spam = submit(sender), submit(sender, {**CONTACT_US, **change})
    assert spam.status_code == good.status_code == 202
    assert {**spam.json(), "id": ""} == {**good.json(), "id": ""}
    assert set(spam.headers) == set(good.headers)
    deliver()
    assert len(created_cases(simulator)) == 1
    stored = FormSubmission.objects.get(pk=spam.json()["id"])
    assert (stored.status, stored.case, bool(stored.spam_reason)) == ("spam", None, True)
    assert sender.get(f"/api/v1/forms/submissions/{stored.pk}").json()["status"] == "pending"


@pytest.mark.parametrize(
    "change",
    [{"honeypot": ""}, {"honeypot": None}, {"submitted_at": milliseconds(60)}, {"submitted_at": milliseconds(-3600)}],
)
def test_ordinary_forms_are_not_spam(sender: Client, change: Any) -> None:
    submit(sender, {**CONTACT_US, **change})
    assert FormSubmission.objects.get().status == "delivered"


def in_every_format(moment: datetime) -> list[Any]:
    """Return the same moment in every format that a page may send."""
    seconds = moment.timestamp()
    iso = moment.isoformat()
    return [
        int(seconds * 1000), seconds * 1000 + 0.25, seconds, int(seconds), iso, iso.replace("+00:00", "Z"),
        iso.removesuffix("+00:00"), moment.astimezone(timezone(timedelta(hours=-6))).isoformat(),
    ]  # fmt: skip


def test_submitted_at_may_be_seconds_milliseconds_or_iso_8601(sender: Client, simulator: Simulator) -> None:
    for ago, reason in ((timedelta(hours=1), False), (timedelta(seconds=-1), True)):
        for index in range(len(in_every_format(datetime.now(UTC)))):
            submitted_at = in_every_format(datetime.now(UTC) - ago)[index]
            FormSubmission.objects.all().delete()
            assert submit(sender, {**CONTACT_US, "submitted_at": submitted_at}).status_code == 202
            assert bool(FormSubmission.objects.get().spam_reason) is reason, submitted_at


def test_an_iso_time_is_never_taken_for_seconds(sender: Client) -> None:
    """An ISO time in January 1970 may have as many milliseconds since 1970 as there are seconds now."""
    wrong_clock = datetime.fromtimestamp(time.time() / 1000, UTC).isoformat()
    submit(sender, {**CONTACT_US, "submitted_at": wrong_clock})
    assert FormSubmission.objects.get().status == "delivered"


MORE: dict[str, Any] = {
    "OwnerId": "005", "is_staff": True, "rating": 4.5, "books": ["Algebra", {"isbn": None}], "note": None,
    "more 🦊": "x",
}  # fmt: skip


@pytest.mark.parametrize("form", [CONTACT_US, WEB_TO_CASE])
def test_unknown_keys_are_stored_and_shown_in_the_admin_but_not_sent(
    sender: Client, simulator: Simulator, admin_client: Client, form: Any
) -> None:
    assert submit(sender, form).status_code == 202
    assert submit(sender, {**form, "data": {**form["data"], **MORE}}).status_code == 202
    stored = FormSubmission.objects.latest("created_at")
    assert stored.data == {**form["data"], **MORE}
    first, second = [
        {name: case[name] for name in case if name not in {"Id", "SFAPI_Id__c"}} for case in created_cases(simulator)
    ]
    assert first == second
    page = admin_client.get(f"/admin/api/formsubmission/{stored.pk}/change/").content.decode()
    assert "is_staff" in page
    assert "Algebra" in page


def test_a_number_too_large_for_a_float_is_refused(sender: Client) -> None:
    token = sender.get("/api/v1/me").json()["csrf_token"]
    body = '{"form_type": "contact_us", "data": {"message": "a", "more": 1e999}}'
    answer = sender.post("/api/v1/forms/submit", body, content_type="application/json", headers={"X-CSRFToken": token})
    assert (answer.status_code, answer.json()["errors"][0]["loc"]) == (422, ["body", "data", "more"])


@pytest.mark.parametrize(
    ("address", "disposable"),
    [
        ("a@yopmail.com", True),
        ("a@x.y.yopmail.com.", True),
        ("a@gmail.com", False),
        ("a@rice.edu", False),
        ("a@notyopmail.com", False),
        ("no address", False),
        ("", False),
    ],
)
def test_disposable_addresses_are_recognized_by_their_domain(address: str, disposable: bool) -> None:
    assert is_disposable(address) is disposable


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({}, ["body", "form_type"]),
        ({**CONTACT_US, "form_type": "newsletter"}, ["body", "form_type"]),
        ({**CONTACT_US, "form_type": "a" * 65}, ["body", "form_type"]),
        ({**CONTACT_US, "OwnerId": "005"}, ["body", "OwnerId"]),
        ({**CONTACT_US, "data": "text"}, ["body", "data"]),
        ({**CONTACT_US, "data": {"email": "a@b.example"}}, ["body", "data", "message"]),
        ({**CONTACT_US, "data": {"message": "a", "more": "a\0"}}, ["body", "data", "more"]),
        ({**CONTACT_US, "data": {"message": "a", "more": {"\ud800": 1}}}, ["body", "data", "more"]),
        ({**CONTACT_US, "data": {"message": "a", "more": ["a" * 10_001]}}, ["body", "data", "more"]),
        ({**CONTACT_US, "data": {"message": "a", "more": deep(11)}}, ["body", "data", "more"]),
        ({**CONTACT_US, "data": {"message": True}}, ["body", "data", "message"]),
        ({**CONTACT_US, "data": {"message": "a", "a" * 65: "b"}}, ["body", "data", "a" * 65, "[key]"]),
        ({**CONTACT_US, "data": {"message": ""}}, ["body", "data", "message"]),
        ({**CONTACT_US, "data": {"message": "a\0"}}, ["body", "data", "message"]),
        ({**CONTACT_US, "data": {"message": ["a"]}}, ["body", "data", "message"]),
        ({**CONTACT_US, "data": {"message": "a" * 10_001}}, ["body", "data", "message"]),
        ({**CONTACT_US, "data": {"message": "a", "name": "a" * 81}}, ["body", "data", "name"]),
        ({**CONTACT_US, "data": {"message": "a", "email": "nobody"}}, ["body", "data", "email"]),
        ({**CONTACT_US, "data": {str(number): "a" for number in range(41)}}, ["body", "data"]),
        ({**CONTACT_US, "source_url": "a" * 2_001}, ["body", "source_url"]),
        ({**CONTACT_US, "honeypot": "a" * 1_001}, ["body", "honeypot"]),
        ({**CONTACT_US, "submitted_at": -1}, ["body", "submitted_at"]),
        ({**CONTACT_US, "submitted_at": 10**30}, ["body", "submitted_at"]),
        ({**CONTACT_US, "submitted_at": "soon"}, ["body", "submitted_at"]),
        ({**CONTACT_US, "submitted_at": True}, ["body", "submitted_at"]),
        ({**CONTACT_US, "submitted_at": [1]}, ["body", "submitted_at"]),
    ],
)
def test_an_invalid_form_is_refused_and_not_stored(sender: Client, body: Any, where: list[str]) -> None:
    answer = submit(sender, body)
    assert answer.status_code == 422
    assert where in [error["loc"] for error in answer.json()["errors"]], answer.json()
    assert not FormSubmission.objects.exists()
    assert not OutboundCase.objects.exists()


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({}, "data.message: This is required."),
        ({"message": ""}, "data.message: Must not be empty."),
        ({"message": 1}, "data.message: Must be text."),
        ({"message": "a", "name": "a" * 81}, "data.name: Must have at most 80 characters."),
        ({"message": "a", "email": "nobody"}, "data.email: This is not an email address."),
    ],
)
def test_a_refusal_is_in_the_words_of_the_other_routes(sender: Client, values: Any, words: str) -> None:
    answer = submit(sender, {"form_type": "contact_us", "data": values})
    assert answer.json()["message"] == f"The form is not valid: {words}"


def test_the_refusal_of_an_unknown_type_lists_the_known_types(sender: Client) -> None:
    message = submit(sender, {**CONTACT_US, "form_type": "newsletter"}).json()["message"]
    assert "contact_us, web_to_case" in message


@pytest.mark.parametrize("text", ["’; DROP TABLE", "100 % _ \\", "שלום", "🦊", "<b>"])
def test_odd_text_arrives_unchanged(sender: Client, simulator: Simulator, text: str) -> None:
    assert submit(sender, {"form_type": "contact_us", "data": {"message": text}}).status_code == 202
    assert created_cases(simulator)[0]["Description"] == text
    assert FormSubmission.objects.get().data == {"message": text}


def test_a_known_caller_may_send_a_form_and_no_other_caller_sees_it(
    sender: Client, anonymous: Client, service: Callable[..., Client], cookies: Any, simulator: Simulator
) -> None:
    assert submit(anonymous).status_code == 401
    no_token = sender.post("/api/v1/forms/submit", CONTACT_US, content_type="application/json")
    assert no_token.status_code == 403
    program = bearer(create_api_key(name="a form's server", scopes=[]).text)
    path = f"/api/v1/forms/submissions/{submit(program).json()['id']}"
    assert program.get(path).status_code == 200
    assert sender.get(path).status_code == 404
    assert service().get(path).status_code == 404
    assert anonymous.get(path).status_code == 401
    assert program.get(f"/api/v1/forms/submissions/{uuid.uuid4()}").status_code == 404
    assert program.get("/api/v1/forms/submissions/1").status_code == 422
    case = OutboundCase.objects.get()
    assert program.get(f"/api/v1/case/{case.pk}").status_code == 403


def test_forms_are_accepted_while_salesforce_is_away(sender: Client, simulator: Simulator) -> None:
    break_salesforce(simulator, status=503)
    answers = [submit(sender) for _ in range(breaker.THRESHOLD + 2)]
    assert {answer.status_code for answer in answers} == {202}
    calls = simulator.calls()
    submit(sender)
    assert simulator.calls() == calls
    restore_salesforce(simulator)
    assert deliver().startswith("6 delivered")
    assert len(created_cases(simulator)) == 6


def test_a_form_that_salesforce_refuses_is_a_dead_letter(sender: Client, simulator: Simulator) -> None:
    body = {**WEB_TO_CASE, "data": {**WEB_TO_CASE["data"], "product": "Nonsense"}}  # type: ignore[dict-item]
    answer = submit(sender, body)
    assert answer.status_code == 202
    assert OutboundCase.objects.get().state == "failed"
    assert sender.get(f"/api/v1/forms/submissions/{answer.json()['id']}").json()["status"] == "failed"


def test_the_same_idempotency_key_makes_one_submission(sender: Client, simulator: Simulator) -> None:
    key = {"Idempotency-Key": "k"}
    first, second = submit(sender, **key), submit(sender, **key)
    assert first.json() == second.json()
    assert [answer.headers.get("Idempotent-Replayed") for answer in (first, second)] == [None, "true"]
    assert submit(sender, WEB_TO_CASE, **key).status_code == 422
    assert len(created_cases(simulator)) == FormSubmission.objects.count() == 1


def test_a_form_that_is_repeated_after_its_erasure_gets_the_same_answer(sender: Client, simulator: Simulator) -> None:
    program, key = bearer(create_api_key(name="site", scopes=[]).text), {"Idempotency-Key": "k"}
    first = submit(program, **key)
    call_command("erase_person", "--email", "ines@college.example", "--yes", stdout=StringIO())
    assert not FormSubmission.objects.exists()
    second = submit(program, **key)
    assert (second.status_code, second.json()) == (202, first.json())
    assert not FormSubmission.objects.exists()
    assert len(created_cases(simulator)) == 1


def test_a_form_repeated_during_an_unfinished_erasure_of_its_sender_makes_no_second_case(
    sender: Client, simulator: Simulator
) -> None:
    break_salesforce(simulator, status=503)
    first = submit(sender, **{"Idempotency-Key": "k"})
    with pytest.raises(CommandError, match="repeat the command when no case waits"):
        call_command("erase_person", "--uuid", UUID, "--yes", stdout=StringIO())
    again = submit(sender, **{"Idempotency-Key": "k"})
    assert (again.json()["id"], again["Idempotent-Replayed"]) == (first.json()["id"], "true")
    restore_salesforce(simulator)
    deliver("--all")
    assert len(created_cases(simulator)) == 1
    call_command("erase_person", "--uuid", UUID, "--yes", stdout=StringIO())
    assert not IdempotencyKey.objects.exists()


@pytest.mark.parametrize("away", [False, True])
def test_a_repeated_form_does_not_use_up_the_probe_of_the_breaker(
    sender: Client, simulator: Simulator, away: bool
) -> None:
    """The repeated request sends nothing, whether the form was delivered or waits for deliver_pending."""
    key = {"Idempotency-Key": "k"}
    if away:
        break_salesforce(simulator, status=503)
    submit(sender, **key)
    CircuitBreaker.objects.update_or_create(
        name=breaker.NAME,
        defaults={"failures": breaker.THRESHOLD, "last_failure": Now() - breaker.LONGEST_SILENCE},
    )
    assert submit(sender, **key).status_code == 202
    assert breaker.request_may_call(), "the repeated form must not use the probe"


def test_the_admin_shows_forms_and_the_reason_for_spam(sender: Client, admin_client: Client) -> None:
    submit(sender)
    submit(sender, {**CONTACT_US, "honeypot": "x"})
    page = admin_client.get("/admin/api/formsubmission/")
    assert "honeypot filled in" in page.text
    for stored in FormSubmission.objects.all():
        assert admin_client.get(f"/admin/api/formsubmission/{stored.pk}/change/").status_code == 200
    assert admin_client.get("/admin/api/formsubmission/?spam_reason__isempty=0").status_code == 200
    assert admin_client.get("/admin/api/formsubmission/?q=Ines").status_code == 200
    assert admin_client.get("/admin/api/formsubmission/add/").status_code == 403
