"""``camp_demo_data`` fills the demo's dashboard with made-up data, and is refused without ``DEBUG``."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from pardot.models import DailySnapshot, DayNote, Finding, Task, TeamMember
from tests.pardot.remote import Pardot, camp_sync


def camp_demo_data() -> str:
    output = StringIO()
    call_command("camp_demo_data", stdout=output)
    return output.getvalue()


@pytest.mark.django_db
def test_the_command_is_refused_without_debug(settings: Any) -> None:
    settings.DEBUG = False
    with pytest.raises(CommandError, match="only with DEBUG=on"):
        camp_demo_data()


@pytest.mark.django_db(transaction=True)
def test_the_command_makes_a_team_and_history_once(pardot: Pardot, settings: Any) -> None:
    settings.DEBUG = True
    with pytest.raises(CommandError, match="run camp_sync first"):
        camp_demo_data()
    camp_sync()
    today = DailySnapshot.objects.values().get()
    assert "45 days of history" in camp_demo_data()
    assert TeamMember.objects.count() == 4
    assert Task.objects.count() == 3
    assert DayNote.objects.count() == 1
    assert "nothing was made" in camp_demo_data()
    assert DailySnapshot.objects.count() == 46
    assert DailySnapshot.objects.values().last() == today, "today's snapshot is the one that the sync stored"
    assert Finding.objects.exists()
    assert not Finding.objects.filter(first_seen__gte=today["day"]), (
        "yesterday's snapshot has the same issues, so none is new today"
    )
