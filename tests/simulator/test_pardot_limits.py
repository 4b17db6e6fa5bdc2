"""The simulated Pardot: callers, limits, writes, the cache, and the control server's changes."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.simulator.pardot_client import Pardot, refusal
from tests.simulator.running import RunningSimulator


@pytest.fixture
def pardot(simulator: RunningSimulator) -> Pardot:
    return Pardot(simulator)


class TestCallers:
    def test_are_denied_without_any_token(self, pardot: Pardot) -> None:
        del pardot.http.headers["Authorization"]
        response = pardot.get("tags", fields="id")
        assert (response.status_code, refusal(response)) == (401, 49)

    def test_get_error_184_with_an_unknown_token(self, pardot: Pardot) -> None:
        pardot.http.headers["Authorization"] = "Bearer 00D!nobody"
        response = pardot.get("tags", fields="id")
        assert (response.status_code, refusal(response)) == (401, 184)

    def test_need_the_business_unit(self, pardot: Pardot) -> None:
        del pardot.http.headers["Pardot-Business-Unit-Id"]
        assert refusal(pardot.get("tags", fields="id")) == 181

    def test_need_the_right_business_unit(self, pardot: Pardot) -> None:
        pardot.http.headers["Pardot-Business-Unit-Id"] = "0Uv000000000000AAA"
        assert refusal(pardot.get("tags", fields="id")) == 201


class TestDailyQuota:
    def test_is_in_the_answer_if_the_caller_asks_for_it(self, pardot: Pardot) -> None:
        pardot.settings(daily_max=1_000, daily_used=10)
        assert "x-api-usage" not in pardot.get("tags", fields="id").headers
        pardot.http.headers["X-Return-Api-Usage"] = "1"
        assert pardot.get("tags", fields="id").headers["x-api-usage"] == "12/1000"

    def test_refuses_calls_when_it_is_used_up(self, pardot: Pardot) -> None:
        pardot.settings(daily_max=2, daily_used=0)
        codes = [pardot.get("tags", fields="id").status_code for _ in range(2)]
        response = pardot.get("tags", fields="id")
        assert codes == [200, 200]
        assert (response.status_code, refusal(response)) == (400, 122)
        assert "Retry-After" not in response.headers


class TestConcurrency:
    def test_at_most_five_requests_are_open_at_once(self, pardot: Pardot) -> None:
        pardot.settings(delay_seconds=3)
        callers = [Pardot(pardot.simulator) for _ in range(8)]
        with ThreadPoolExecutor(len(callers)) as pool:
            responses = list(pool.map(lambda caller: caller.get("tags", fields="id"), callers))
        assert sorted(response.status_code for response in responses) == [200] * 5 + [400] * 3
        assert {refusal(response) for response in responses if response.status_code == 400} == {66}

    def test_a_finished_request_makes_room_for_the_next(self, pardot: Pardot) -> None:
        pardot.settings(max_open=1)
        assert [pardot.get("tags", fields="id").status_code for _ in range(3)] == [200] * 3


class TestFailures:
    def test_apply_to_the_given_number_of_calls(self, pardot: Pardot) -> None:
        pardot.control("POST", "/fail", {"code": 214, "times": 2})
        codes = [pardot.get("tags", fields="id").status_code for _ in range(3)]
        assert codes == [400, 400, 200]

    def test_can_have_another_http_status(self, pardot: Pardot) -> None:
        pardot.settings(statuses={"202": 503})
        pardot.control("POST", "/fail", {"code": 202})
        response = pardot.get("tags", fields="id")
        assert (response.status_code, refusal(response)) == (503, 202)


class TestTags:
    def test_are_created_with_a_name(self, pardot: Pardot) -> None:
        response = pardot.call("POST", "tags", json={"name": "Camp: Remove"}, params={"fields": "id,name"})
        assert response.status_code == 201
        tag = response.json()
        assert tag["name"] == "Camp: Remove"
        assert response.headers["Location"].endswith(f"/tags/{tag['id']}")
        assert pardot.get(f"tags/{tag['id']}", fields="objectCount").json() == {"objectCount": 0}

    @pytest.mark.parametrize(
        ("body", "code"),
        [
            ({}, 153),
            ({"name": ""}, 153),
            ({"name": "x", "colour": "red"}, 154),
            ({"name": 7}, 154),
            ([], 150),
        ],
    )
    def test_need_a_name_and_nothing_else(self, pardot: Pardot, body: object, code: int) -> None:
        assert refusal(pardot.call("POST", "tags", json=body)) == code

    def test_cannot_have_the_name_of_another_tag(self, pardot: Pardot) -> None:
        name = pardot.values("tags", fields="name", limit=1)[0]["name"]
        assert refusal(pardot.call("POST", "tags", json={"name": name.upper()})) == 154

    def test_are_renamed_and_deleted(self, pardot: Pardot) -> None:
        tag = pardot.call("POST", "tags", json={"name": "Camp: Archive"}).json()["id"]
        assert pardot.call("PATCH", f"tags/{tag}", json={"name": "Camp: Reviewed"}).status_code == 204
        assert pardot.get(f"tags/{tag}", fields="name").json()["name"] == "Camp: Reviewed"
        assert pardot.call("DELETE", f"tags/{tag}").status_code == 204
        assert refusal(pardot.get(f"tags/{tag}", fields="name")) == 109

    def test_count_the_objects_that_have_them(self, pardot: Pardot) -> None:
        tagged = pardot.values("tagged-objects", fields="tagId,objectType,objectId", limit=1)[0]
        count = f"tags/{tagged['tagId']}"
        before = pardot.get(count, fields="objectCount").json()["objectCount"]
        payload = {"tag": tagged["tagId"], "type": tagged["objectType"], "id": tagged["objectId"]}
        pardot.control("POST", "/untag", payload)
        assert pardot.get(count, fields="objectCount").json()["objectCount"] == before - 1


class TestControl:
    def test_adds_and_changes_records(self, pardot: Pardot) -> None:
        record = {"name": "A new form", "campaignId": 1001}
        form_id = pardot.control("POST", "/objects/forms", record)["id"]
        path = f"/objects/forms/{form_id}"
        pardot.control("PATCH", path, {"values": {"campaignId": None}})
        form = pardot.get(f"forms/{form_id}", fields="name,campaignId,isDeleted,createdAt").json()
        assert form["name"] == "A new form"
        assert form["campaignId"] is None
        assert form["createdAt"].endswith("+00:00")

    def test_purges_records(self, pardot: Pardot) -> None:
        form_id = pardot.values("forms", fields="id", limit=1)[0]["id"]
        pardot.control("POST", f"/objects/forms/{form_id}/purge")
        assert form_id not in {row["id"] for row in pardot.stored("forms")}

    def test_undoes_changes_at_a_reset(self, pardot: Pardot) -> None:
        before = pardot.stored("forms")
        pardot.control("POST", f"/objects/forms/{before[0]['id']}/purge")
        pardot.settings(ceiling=10)
        pardot.simulator.control("POST", "/reset")
        assert pardot.stored("forms") == before
        assert pardot.control("GET", "/state")["settings"]["ceiling"] == 100_000

    def test_generates_the_requested_numbers_of_rows(self, pardot: Pardot) -> None:
        few, many = (
            pardot.control("POST", "/size", {"assets": assets, "prospects": 40, "activities": 1_500})["rows"]
            for assets in (900, 1_800)
        )
        assert (few["prospects"], few["visitor-activities"]) == (40, 1_500)
        assert many["forms"] == pytest.approx(2 * few["forms"], abs=2)


class TestCache:
    def test_shows_changes_only_after_the_lag(self, pardot: Pardot) -> None:
        pardot.settings(lag_seconds=60)
        tag = pardot.call("POST", "tags", json={"name": "Camp: Later"}).json()["id"]
        assert refusal(pardot.get(f"tags/{tag}", fields="name")) == 109
        time.sleep(1.1)
        pardot.settings(lag_seconds=0.5)
        assert pardot.get(f"tags/{tag}", fields="name").json()["name"] == "Camp: Later"

    @pytest.mark.parametrize(("path", "body"), [("/pardot/settings/reset", {}), ("/reset", {"settings": True})])
    def test_shows_pending_changes_after_a_reset_of_the_settings(self, pardot: Pardot, path: str, body: Any) -> None:
        pardot.settings(lag_seconds=60)
        tag = pardot.call("POST", "tags", json={"name": "Camp: Kept"}).json()["id"]
        pardot.simulator.control("POST", path, body)
        assert pardot.get(f"tags/{tag}", fields="name").json()["name"] == "Camp: Kept"

    def test_loses_pending_changes_at_a_reset_of_the_data(self, pardot: Pardot) -> None:
        pardot.settings(lag_seconds=60)
        tag = pardot.call("POST", "tags", json={"name": "Camp: Never"}).json()["id"]
        pardot.simulator.control("POST", "/reset", {"data": True})
        pardot.settings(lag_seconds=0)
        assert refusal(pardot.get(f"tags/{tag}", fields="name")) == 109

    def test_loses_pending_changes_at_a_reset_of_everything(self, pardot: Pardot) -> None:
        pardot.settings(lag_seconds=60)
        tag = pardot.call("POST", "tags", json={"name": "Camp: Never"}).json()["id"]
        pardot.simulator.control("POST", "/reset")
        assert refusal(pardot.get(f"tags/{tag}", fields="name")) == 109
