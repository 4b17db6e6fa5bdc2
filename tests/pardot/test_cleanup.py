"""Triage by tags: its progress, and creating the tags in Pardot."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from pardot.audits.run import run_audits
from pardot.catalog import entities
from pardot.configuration.values import set_value
from pardot.domain.issues import BY_KEY
from pardot.models import CustomRedirect, Exemption, Form, PardotQuota, Tag, TaggedObject
from tests.pardot.prospect_rows import mark_read
from tests.pardot.remote import Pardot, assert_equal, camp_sync
from tests.simulated import Simulator

pytestmark = pytest.mark.django_db(transaction=True)

STATUS, SETUP = "/api/v1/pardot/cleanup/status", "/api/v1/pardot/cleanup/setup"
NAMES = ["Camp: Remove", "Camp: Archive", "Camp: Reviewed"]


def get(client: Client, path: str = STATUS, status: int = 200) -> Any:
    answer = client.get(path)
    assert answer.status_code == status, answer.content
    return answer.json()


def post(client: Client, status: int = 200) -> Any:
    token = client.get("/api/v1/me").json()["csrf_token"]
    answer = client.post(SETUP, headers={"X-CSRFToken": token})
    assert answer.status_code == status, answer.content
    return {**answer.json(), "headers": answer.headers}


def tags_there(pardot: Pardot) -> list[str]:
    return [row["name"] for row in pardot.rows("tags") if row["name"].lower().startswith("camp:")]


# -- status -----------------------------------------------------------------------------------------------------------


def tag_objects(tag: int, object_type: str, *ids: int) -> None:
    for number in ids:
        TaggedObject.objects.create(
            id=TaggedObject.objects.count() + 1, tag_id=tag, object_type=object_type, object_id=number,
            object_name=f"{object_type} {number}", created_at=timezone.now(),
        )  # fmt: skip


def by_key(answer: Any) -> dict[str, Any]:
    return {issue["key"]: issue for issue in answer["issues"]}


def test_the_status_has_no_data_before_anything_was_read(super_user: Client) -> None:
    answer = get(super_user)
    assert [(action["tag"], action["tag_id"], action["count"]) for action in answer["actions"]] == [
        (name, None, None) for name in NAMES
    ]
    assert list(by_key(answer)) == list(BY_KEY)
    assert {(issue["count"], issue["tagged"], issue["tagged_pct"]) for issue in answer["issues"]} == {
        (None, None, None)
    }


def test_a_tag_is_found_by_its_name_whatever_its_letters(super_user: Client) -> None:
    set_value("cleanup_actions", ["İncele", "Straße"], by="")
    Tag.objects.create(id=10, name="Camp: İncele")
    Tag.objects.create(id=11, name="camp: straße")
    assert [action["tag_id"] for action in get(super_user)["actions"]] == [10, 11]


def test_the_status_counts_tagged_objects_by_tag_and_by_issue(super_user: Client) -> None:
    """Six forms have no campaign. Forms 1, 2 and 6 have clean-up tags; form 2 has two. Form 6 is exempt."""
    Form.objects.bulk_create(Form(id=number, name=f"form {number}") for number in range(1, 7))
    CustomRedirect.objects.bulk_create(CustomRedirect(id=number, name="redirect") for number in (1, 2, 3))
    Tag.objects.create(id=10, name="camp: remove")
    Tag.objects.create(id=11, name="Camp: Archive")
    Tag.objects.create(id=12, name="Region: East")
    tag_objects(10, "Form", 1, 2, 6)
    tag_objects(11, "form", 2)
    tag_objects(11, "Custom URL", 3)
    tag_objects(11, "Prospect", 4, 5)
    tag_objects(11, "Mystery", 1)
    tag_objects(12, "Form", 3, 4)
    Exemption.objects.create(asset_type="forms", asset_id=6, issue="forms_no_campaign", reason="a test")
    mark_read("forms", "custom_redirects", "tags", "tagged_objects")
    run_audits()

    answer = get(super_user)
    remove, archive, reviewed = answer["actions"]
    assert (remove["action"], remove["tag_id"], remove["count"], remove["by_type"]) == ("Remove", 10, 3, {"forms": 3})
    assert (archive["count"], archive["by_type"]) == (
        5,
        {"forms": 1, "custom_redirects": 1, "prospects": 2, "Mystery": 1},
    )
    assert {"type": "custom_redirects", "object_type": "Custom URL", "object_id": 3, "object_name": "Custom URL 3"} in (
        archive["items"]
    )
    assert (reviewed["tag_id"], reviewed["count"], reviewed["items"]) == (None, 0, [])
    issues = by_key(answer)
    shown = {key: (issues[key]["count"], issues[key]["tagged"], issues[key]["tagged_pct"]) for key in issues}
    assert shown["forms_no_campaign"] == (5, 2, 40.0)
    assert (issues["forms_no_campaign"]["exempt"], issues["forms_dormant"]["exempt"]) == (1, 0)
    assert shown["redirects_no_campaign"] == (3, 1, 33.3)
    assert shown["forms_dormant"] == (None, None, None), "no activity was read"
    assert shown["lists_unnamed"] == (None, None, None)
    assert shown["prospects_unlinked_pct"] == (None, None, None)
    assert [len(action["items"]) for action in get(super_user, f"{STATUS}?limit=1")["actions"]] == [1, 1, 0]


# -- making the tags --------------------------------------------------------------------------------------------------


def test_the_missing_tags_are_made_and_show_at_once(pardot: Pardot, super_user: Client) -> None:
    camp_sync("--entities", "tags,tagged_objects")
    made = post(super_user)["tags"]
    assert [(tag["action"], tag["tag"], tag["created"]) for tag in made] == [
        ("Remove", NAMES[0], True), ("Archive", NAMES[1], True), ("Reviewed", NAMES[2], True),
    ]  # fmt: skip
    assert sorted(tags_there(pardot)) == sorted(NAMES)
    shown = {action["tag_id"]: action["count"] for action in get(super_user)["actions"]}
    assert shown == {tag["tag_id"]: 0 for tag in made}
    assert PardotQuota.objects.exists()

    pardot.forget_calls()
    again = post(super_user)["tags"]
    assert [(tag["tag_id"], tag["created"]) for tag in again] == [(tag["tag_id"], False) for tag in made]
    assert (pardot.calls(), len(tags_there(pardot))) == (3, 3)
    camp_sync("--entities", "tags")
    assert_equal(pardot, entities.TAGS)


def test_a_tag_that_exists_in_pardot_is_used(pardot: Pardot, super_user: Client) -> None:
    there = pardot.add("tags", name="CAMP: archive")
    made = {tag["action"]: tag for tag in post(super_user)["tags"]}
    assert (made["Archive"]["tag_id"], made["Archive"]["created"]) == (there, False)
    assert Tag.objects.get(pk=there).name == "CAMP: archive"
    assert len(tags_there(pardot)) == 3


def test_a_tag_that_the_look_up_does_not_show_yet_is_no_error(pardot: Pardot, super_user: Client) -> None:
    """Pardot's reads may come from a cache that is a minute old; writes do not use this cache."""
    made = post(super_user)["tags"]
    pardot.post("/withhold", {"path": "tags", "ids": [made[0]["tag_id"]]})
    again = post(super_user)["tags"]
    assert [tag["tag_id"] for tag in again] == [tag["tag_id"] for tag in made]


def test_the_configured_prefix_and_actions_are_used(pardot: Pardot, super_user: Client) -> None:
    set_value("cleanup_tag_prefix", "Camp:", by="test")
    set_value("cleanup_actions", ["Keep"], by="test")
    assert [tag["tag"] for tag in post(super_user)["tags"]] == ["Camp:Keep"]


@pytest.mark.parametrize(
    ("code", "status", "message"),
    [
        ("154", 502, "code 154 to POST tags"),
        ("49", 502, "the API user may not do this"),
        ("201", 502, "names another org's business unit"),
        ("184", 502, "lacks the scope pardot_api"),
        ("66", 503, "more than five requests were open at once"),
        ("183", 503, "code 183"),
        ("122", 503, "the business unit's API calls of the day are used up"),
    ],
)
def test_a_refusal_of_pardot_is_reported_and_the_tags_created_so_far_remain(
    pardot: Pardot, super_user: Client, simulator: Simulator, code: str, status: int, message: str
) -> None:
    simulator.fail("error", path="^(?!.*name=).*objects/tags", skip=1, times=None, errorCode=code)
    answer = post(super_user, status)
    assert answer["code"] == status
    assert message in answer["message"]
    assert ("Retry-After" in answer["headers"]) is (status == 503)
    assert tags_there(pardot) == NAMES[:1]
    assert get(super_user)["actions"][0]["tag_id"] is not None
    simulator.post("/reset", {"faults": True})
    assert [tag["created"] for tag in post(super_user)["tags"]] == [False, True, True]


@pytest.mark.parametrize("answer", [{"name": "Camp: Remove"}, {"id": None}, {"id": "new"}], ids=str)
def test_an_answer_without_the_id_of_the_new_tag_is_reported(
    pardot: Pardot, super_user: Client, simulator: Simulator, answer: dict[str, Any]
) -> None:
    simulator.fail("status", path="^(?!.*name=).*objects/tags", status=201, body=json.dumps(answer))
    refused = post(super_user, 503)
    assert refused["type"] == "pardot_away"
    assert len(post(super_user)["tags"]) == 3


def test_creating_tags_can_be_retried_after_a_lost_answer(
    pardot: Pardot, super_user: Client, simulator: Simulator
) -> None:
    simulator.fail("drop_after", path="^(?!.*name=).*objects/tags")
    assert "A retry is harmless" in post(super_user, 503)["message"]
    post(super_user)
    assert sorted(tags_there(pardot)) == sorted(NAMES)


def test_an_unreachable_or_unconfigured_pardot_is_reported(pardot: Pardot, super_user: Client, settings: Any) -> None:
    settings.PARDOT_API_URL = "https://localhost:9"
    answer = post(super_user, 503)
    assert "cannot be reached" in answer["message"]
    assert answer["headers"]["Retry-After"] == "60"
    settings.SALESFORCE_PARDOT_BUSINESS_UNIT = ""
    assert "set SALESFORCE_PARDOT_BUSINESS_UNIT" in post(super_user, 502)["message"]
    assert tags_there(pardot) == []


def test_a_write_needs_the_csrf_token(pardot: Pardot, super_user: Client) -> None:
    answer = super_user.post(SETUP)
    assert (answer.status_code, pardot.calls()) == (403, 0)
