"""The simulated Pardot: queries, pages and the errors of the v5 API."""

from __future__ import annotations

import pytest

from tests.simulator.pardot_client import Pardot, refusal
from tests.simulator.running import RunningSimulator


@pytest.fixture
def pardot(simulator: RunningSimulator) -> Pardot:
    return Pardot(simulator)


class TestQuery:
    def test_returns_only_the_requested_fields(self, pardot: Pardot) -> None:
        row = pardot.values("prospects", fields="id,email,isDeleted,lastActivityAt", limit=1)[0]
        assert list(row) == ["id", "email", "isDeleted", "lastActivityAt"]
        assert row["isDeleted"] is False

    def test_needs_fields(self, pardot: Pardot) -> None:
        response = pardot.get("prospects")
        assert (response.status_code, refusal(response)) == (400, 13)

    def test_names_the_fields_it_does_not_know(self, pardot: Pardot) -> None:
        response = pardot.get("forms", fields="id,Shape__c")
        assert (response.status_code, refusal(response)) == (400, 51)
        assert "Shape__c" in response.json()["message"]

    def test_returns_200_rows_by_default(self, pardot: Pardot) -> None:
        assert len(pardot.values("visitor-activities", fields="id")) == 200
        assert len(pardot.values("visitor-activities", fields="id", limit=1000)) == 1000

    @pytest.mark.parametrize("limit", ["0", "1001", "-1", "many"])
    def test_refuses_limits_outside_1_to_1000(self, pardot: Pardot, limit: str) -> None:
        assert refusal(pardot.get("lists", fields="id", limit=limit)) == 61

    def test_refuses_unknown_parameters(self, pardot: Pardot) -> None:
        response = pardot.get("campaigns", fields="id", page="2")
        assert refusal(response) == 61
        assert "page" in response.json()["message"]

    def test_filters_by_ids(self, pardot: Pardot) -> None:
        ids = [row["id"] for row in pardot.values("campaigns", fields="id")]
        assert [row["id"] for row in pardot.values("campaigns", fields="id", idGreaterThan=ids[4])] == ids[5:]
        assert pardot.values("campaigns", fields="id", id=ids[3]) == [{"id": ids[3]}]

    def test_filters_by_type(self, pardot: Pardot) -> None:
        rows = pardot.every("visitor-activities", fields="id,type", type=4, limit=1000)
        assert {row["type"] for row in rows} == {4}

    def test_filters_by_at_most_three_fields(self, pardot: Pardot) -> None:
        filters = {"idGreaterThan": 1, "createdAtAfter": "2020-01-01T00:00:00+00:00", "type": 1}
        assert pardot.get("visitor-activities", fields="id", **filters).status_code == 200
        assert refusal(pardot.get("visitor-activities", fields="id", **filters, campaignId=1)) == 209

    def test_reads_one_record(self, pardot: Pardot) -> None:
        known = pardot.values("tags", fields="id,name", limit=1)[0]
        assert pardot.get(f"tags/{known['id']}", fields="id,name").json() == known
        assert refusal(pardot.get("tags/999999", fields="id")) == 109


class TestDates:
    def test_split_the_rows_without_gap_or_overlap(self, pardot: Pardot) -> None:
        every = pardot.every("visitor-activities", fields="id,createdAt", limit=1000)
        middle = every[len(every) // 2]["createdAt"]
        before = pardot.every("visitor-activities", fields="id", createdAtBefore=middle, limit=1000)
        after = pardot.every("visitor-activities", fields="id", createdAtAfterOrEqualTo=middle, limit=1000)
        assert [row["id"] for row in before + after] == [row["id"] for row in every]

    def test_can_have_any_offset(self, pardot: Pardot) -> None:
        utc = pardot.values("prospects", fields="id", updatedAtAfter="2026-09-01T06:00:00+00:00")
        there = pardot.values("prospects", fields="id", updatedAtAfter="2026-09-01T01:00:00-05:00")
        assert utc == there

    @pytest.mark.parametrize(
        "date",
        ["2026-01-31T12:00:00Z", "2026-01-31", "2026-01-31T12:00:00", "2026-13-31T12:00:00+00:00", "today"],
    )
    def test_are_refused_when_invalid_or_without_a_numeric_offset(self, pardot: Pardot, date: str) -> None:
        assert refusal(pardot.get("prospects", fields="id", createdAtAfter=date)) == 61

    def test_are_refused_with_a_plus_that_is_not_encoded(self, pardot: Pardot) -> None:
        url = "prospects?fields=id&createdAtAfter=2026-01-31T12:00:00+00:00"
        assert refusal(pardot.call("GET", url)) == 61

    @pytest.mark.parametrize(
        ("path", "name"),
        [
            ("forms", "updatedAtAfter"),
            ("custom-redirects", "updatedAtAfter"),
            ("folders", "createdAtAfter"),
            ("tags", "createdAtAfter"),
            ("landing-pages", "createdAtAfter"),
            ("tagged-objects", "updatedAtAfter"),
            ("prospects", "lastActivityAtAfter"),
        ],
    )
    def test_are_not_filters_of_every_object(self, pardot: Pardot, path: str, name: str) -> None:
        assert refusal(pardot.get(path, fields="id", **{name: "2020-01-01T00:00:00+00:00"})) == 61


class TestOrder:
    @pytest.mark.parametrize("order", ["createdAt", "updatedAt DESC", "lastActivityAt DESC", "id DESC"])
    def test_is_kept_across_pages(self, pardot: Pardot, order: str) -> None:
        name, _, direction = order.partition(" ")
        rows = pardot.every("prospects", fields="id,createdAt,updatedAt,lastActivityAt", orderBy=order, limit=37)
        keys = [(row[name] or "", row["id"]) for row in rows]
        assert keys == sorted(keys, reverse=direction == "DESC")
        assert len(keys) == len(set(keys)) > 100

    @pytest.mark.parametrize("order", ["score", "lastActivityAt", "id SIDEWAYS", ""])
    def test_is_refused_for_other_fields_and_directions(self, pardot: Pardot, order: str) -> None:
        assert refusal(pardot.get("lists", fields="id", orderBy=order)) == 61


class TestPages:
    def test_contain_every_row_once(self, pardot: Pardot) -> None:
        pages = pardot.pages("visitor-activities", fields="id", limit=300)
        ids = [row["id"] for page in pages for row in page.json()["values"]]
        assert ids == [row["id"] for row in pardot.stored("visitor-activities")]
        assert pages[-1].json()["nextPageToken"] is None
        assert not any("Pardot-Warning" in page.headers for page in pages)

    def test_after_the_first_accept_only_the_token_and_fields(self, pardot: Pardot) -> None:
        token = pardot.get("prospects", fields="id", limit=10).json()["nextPageToken"]
        assert len(pardot.values("prospects", fields="id,email", nextPageToken=token)) == 10
        assert refusal(pardot.get("prospects", fields="id", nextPageToken=token, limit=10)) == 61

    def test_can_be_read_again(self, pardot: Pardot) -> None:
        token = pardot.get("prospects", fields="id", limit=10).json()["nextPageToken"]
        first = pardot.values("prospects", fields="id", nextPageToken=token)
        assert pardot.values("prospects", fields="id", nextPageToken=token) == first

    def test_refuse_altered_tokens_and_tokens_of_other_objects(self, pardot: Pardot) -> None:
        token = pardot.get("prospects", fields="id", limit=10).json()["nextPageToken"]
        for path, wrong in (("prospects", f"x{token[1:]}"), ("prospects", "é"), ("lists", token)):
            assert refusal(pardot.get(path, fields="id", nextPageToken=wrong)) == 211

    def test_refuse_expired_tokens(self, pardot: Pardot) -> None:
        token = pardot.get("prospects", fields="id", limit=10).json()["nextPageToken"]
        pardot.control("POST", "/tokens/expire")
        assert refusal(pardot.get("prospects", fields="id", nextPageToken=token)) == 210

    def test_end_at_the_ceiling_with_a_warning(self, pardot: Pardot) -> None:
        pardot.settings(ceiling=250)
        pages = pardot.pages("visitor-activities", fields="id", limit=100)
        assert [len(page.json()["values"]) for page in pages] == [100, 100, 50]
        assert pages[-1].headers["Pardot-Warning"].startswith("203")
        last = pages[-1].json()["values"][-1]["id"]
        assert pardot.values("visitor-activities", fields="id", orderBy="id", idGreaterThan=last)

    def test_leave_out_withheld_rows_with_a_warning(self, pardot: Pardot) -> None:
        ids = [row["id"] for row in pardot.values("prospects", fields="id", limit=20)]
        pardot.control("POST", "/withhold", {"path": "prospects", "ids": ids[3:5]})
        page = pardot.get("prospects", fields="id", limit=20)
        assert page.headers["Pardot-Warning"].startswith("202")
        assert [row["id"] for row in page.json()["values"]] == ids[:3] + ids[5:]
        assert page.json()["nextPageToken"]


class TestRecycleBin:
    def test_is_left_out_without_the_parameter_deleted(self, pardot: Pardot) -> None:
        counts = {
            deleted: len(pardot.every("prospects", fields="id", deleted=deleted, limit=1000))
            for deleted in ("all", "true", "false")
        }
        assert counts["all"] == counts["true"] + counts["false"]
        assert counts["true"] > 0
        assert len(pardot.every("prospects", fields="id", limit=1000)) == counts["false"]

    def test_has_a_deleted_prospect_with_a_new_stamp(self, pardot: Pardot) -> None:
        prospect = pardot.values("prospects", fields="id,updatedAt", limit=1)[0]
        pardot.control("POST", f"/objects/prospects/{prospect['id']}/delete")
        rows = pardot.values("prospects", fields="updatedAt", id=prospect["id"], deleted="true")
        assert rows[0]["updatedAt"] > prospect["updatedAt"]
        read = pardot.get(f"prospects/{prospect['id']}", fields="id")
        assert refusal(read) == 109
        assert read.headers["Pardot-Warning"].startswith("201")

    def test_does_not_exist_for_tags(self, pardot: Pardot) -> None:
        assert pardot.values("tags", fields="id", deleted="true") == []

    def test_refuses_other_values_of_the_parameter_deleted(self, pardot: Pardot) -> None:
        assert refusal(pardot.get("prospects", fields="id", deleted="yes")) == 61


class TestPaths:
    def test_an_unknown_object_has_no_endpoint(self, pardot: Pardot) -> None:
        response = pardot.get("dragons", fields="id")
        assert (response.status_code, refusal(response)) == (404, 198)

    def test_a_write_whose_fields_are_unknown_writes_nothing(self, pardot: Pardot) -> None:
        before = pardot.values("tags", fields="id,name")
        change = f"tags/{before[0]['id']}"
        for method, path in (("POST", "tags"), ("PATCH", change)):
            response = pardot.call(method, path, params={"fields": "id,Shape__c"}, json={"name": "never"})
            assert refusal(response) == 51
        assert pardot.values("tags", fields="id,name") == before

    def test_most_objects_cannot_be_written(self, pardot: Pardot) -> None:
        for method, path in (("POST", "forms"), ("DELETE", "campaigns/1001"), ("PUT", "tags")):
            response = pardot.call(method, path)
            assert (response.status_code, refusal(response)) == (405, 60)
