"""``sync_status`` and ``/metrics`` report whether ``sf follow`` runs and how far it is behind."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from ipaddress import ip_network
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from sf.ingest.lease import hold_lease
from sf.models import FollowedObject

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def allow_scraping(settings: Any) -> None:
    settings.METRICS_ALLOWED_NETWORKS = [ip_network("127.0.0.0/8")]


def make_followed(name: str, *, ago: timedelta) -> None:
    FollowedObject.objects.create(
        object=name, organization_id="00D000000000001AAA", replay_id=b"1", stored_at=timezone.now() - ago
    )


def status_lines() -> str:
    output = io.StringIO()
    call_command("sync_status", stdout=output, no_color=True)
    lines = [line for line in output.getvalue().splitlines() if line.startswith("change events")]
    return " ".join("".join(lines).split()).removeprefix("change events ")


def metrics() -> dict[str, float]:
    lines = re.findall(r"^(sfapi_follow\S+) (\S+)$", Client().get("/metrics").content.decode(), re.MULTILINE)
    return {name: float(value) for name, value in lines}


def test_nothing_is_reported_where_nothing_is_followed() -> None:
    assert (status_lines(), metrics()) == ("", {})
    make_followed("contacts", ago=timedelta(days=4))
    assert (status_lines(), metrics()) == ("", {}), "a replay ID older than 72 hours is not reported"
    FollowedObject.objects.update(stored_at=timezone.now() + timedelta(days=1))
    assert (status_lines(), metrics()) == ("", {}), "the replay ID was stored before PostgreSQL's clock was set back"


def test_a_missing_follower_is_reported(settings: Any) -> None:
    settings.SYNC_FOLLOW = True
    assert status_lines() == "by no process; nothing was stored yet"
    settings.SYNC_FOLLOW = False
    make_followed("books", ago=timedelta(minutes=3))
    assert status_lines().startswith(
        "by no process; all changes up to 3 minutes ago are stored (furthest behind: books); scheduled syncs"
    )
    assert metrics()["sfapi_follow_running"] == 0


def test_the_process_and_the_object_that_is_furthest_behind_are_reported() -> None:
    make_followed("books", ago=timedelta(seconds=20))
    make_followed("contacts", ago=timedelta(minutes=20))
    with hold_lease(FollowedObject.LEASE):
        assert re.fullmatch(
            r"by process \d+ on \S+; all changes up to 20 minutes ago are stored \(furthest behind: contacts\)",
            status_lines(),
        )
        values = metrics()
    ages = {name: values[f'sfapi_follow_age_seconds{{object="{name}"}}'] for name in ("books", "contacts")}
    assert values["sfapi_follow_running"] == 1
    assert ages["contacts"] >= 1200 > ages["books"]
