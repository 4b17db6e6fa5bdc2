"""``camp_sync`` when the settings name another org or another business unit."""

from __future__ import annotations

from datetime import date
from io import StringIO
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import transaction

from pardot.catalog import entities
from pardot.domain.areas import Area
from pardot.models import (
    CachedBusinessUnit,
    ConfigurationChange,
    DailySnapshot,
    Form,
    OrphanRun,
    Prospect,
    SavedView,
    Task,
    TeamMember,
    ViewSubscription,
)
from pardot.orphans.people import PeopleReader
from pardot.platform.business_unit import forget_copies
from sf.models import SyncRun
from tests.conftest import point_settings_at
from tests.orgs import OTHER_UNIT, digests_of_copies, new_ids, org_id, same_ids
from tests.pardot.asset_api import Ask, ask, cookies, super_user, user
from tests.pardot.remote import Pardot, assert_equal, camp_sync
from tests.sf.cache import sync
from tests.simulated import Simulator, manage

__all__ = ["ask", "cookies", "new_ids", "same_ids", "super_user", "user"]

pytestmark = pytest.mark.django_db(transaction=True)

ARGUMENTS = [(), ("--scout",), ("--survey",), ("--entities", "forms"), ("--entities", "sf_health"), ("--adopt-org",)]


def test_another_org_stops_camp_sync_with_one_line_and_changes_nothing(
    simulator: Simulator, same_ids: Simulator, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    camp_sync()
    before = digests_of_copies()
    point_settings_at(same_ids, settings, monkeypatch)
    for options in ARGUMENTS:
        output = StringIO()
        with pytest.raises(CommandError) as refused:
            call_command("camp_sync", *options, stdout=output, stderr=output)
        lines = [*output.getvalue().splitlines(), *str(refused.value).splitlines()]
        assert sum(org_id(simulator) in line and org_id(same_ids) in line for line in lines) == 1, (options, lines)
        assert digests_of_copies() == before, options
    point_settings_at(simulator, settings, monkeypatch)
    camp_sync()
    assert_equal(Pardot(simulator), *entities.ASSETS)


def test_another_business_unit_stops_camp_sync_and_changes_nothing(
    simulator: Simulator, settings: Any, database: str
) -> None:
    camp_sync()
    own = settings.SALESFORCE_PARDOT_BUSINESS_UNIT
    before = digests_of_copies()
    simulator.post("/pardot/settings", {"business_unit": OTHER_UNIT})
    settings.SALESFORCE_PARDOT_BUSINESS_UNIT = OTHER_UNIT
    for options in [(), ("--survey",), ("--entities", "forms")]:
        with pytest.raises(ImproperlyConfigured) as refused:
            call_command("camp_sync", *options)
        assert own in str(refused.value)
        assert OTHER_UNIT in str(refused.value)
        assert digests_of_copies() == before, options
    done = manage(
        "camp_sync",
        variables=simulator.variables,
        database=database,
        more={"SALESFORCE_PARDOT_BUSINESS_UNIT": OTHER_UNIT},
    )
    assert done.returncode == 1
    assert [OTHER_UNIT in line and own in line for line in done.stderr.splitlines()] == [True]
    assert SyncRun.objects.filter(object="camp_sync", state="failed").exists(), "/healthz/ reports only recorded runs"


@pytest.mark.usefixtures("surveyed")
def test_adopting_a_business_unit_keeps_only_what_people_entered(simulator: Simulator, settings: Any) -> None:
    Task.objects.create(title="Call them")
    member = TeamMember.objects.create(name="Juniper Hollis", order=1)
    view = SavedView.objects.create(name="My forms", query="tab=gear-locker", owner_uuid=uuid4())
    ViewSubscription.objects.create(view=view, member=member, when="monday", count=0, told_on=date(2026, 11, 30))
    ConfigurationChange.objects.create(key="goal", before=0, after=90)
    simulator.post("/pardot/settings", {"business_unit": OTHER_UNIT})
    settings.SALESFORCE_PARDOT_BUSINESS_UNIT = OTHER_UNIT
    with pytest.raises(CommandError, match="--yes"):
        call_command("camp_sync", "--adopt-org")
    camp_sync("--adopt-org", "--yes")
    assert CachedBusinessUnit.objects.get().business_unit == OTHER_UNIT
    assert_equal(Pardot(simulator), *entities.ASSETS)
    assert not Prospect.objects.exists(), "the next survey reads them again"
    assert DailySnapshot.objects.count() == 1
    for entered_by_people in (Task, TeamMember, SavedView, ViewSubscription, ConfigurationChange):
        assert entered_by_people._default_manager.count() == 1, entered_by_people


@pytest.mark.usefixtures("surveyed")
def test_an_orphan_check_during_which_another_business_unit_is_adopted_stores_nothing(
    simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_linked = PeopleReader.read_linked

    def adopt_and_read(reader: PeopleReader, *people: Any, **options: Any) -> None:
        with transaction.atomic():
            forget_copies()
            CachedBusinessUnit(business_unit=OTHER_UNIT).save()
        read_linked(reader, *people, **options)

    monkeypatch.setattr(PeopleReader, "read_linked", adopt_and_read)
    with pytest.raises(CommandError, match=r"failed: orphans\n(?s:.*)another business unit"):
        camp_sync("--survey")
    assert not OrphanRun.objects.exists()


def test_tasks_about_assets_of_the_previous_business_unit_are_about_no_asset_of_the_next(
    simulator: Simulator, settings: Any, ask: Ask
) -> None:
    camp_sync()
    form = Form.objects.order_by("pk")[0]
    about = {"asset_type": Area.FORMS, "asset_id": form.pk, "asset_name": form.name, "issue": "forms_dormant"}
    Task.objects.create(title="Ask who needs this form", area=Area.FORMS, **about)
    Task.objects.create(title="Call them", area=Area.PROSPECTS, asset_type=Area.PROSPECTS, asset_id=1, asset_name="Ann")
    simulator.post("/pardot/settings", {"business_unit": OTHER_UNIT})
    settings.SALESFORCE_PARDOT_BUSINESS_UNIT = OTHER_UNIT
    camp_sync("--adopt-org", "--yes")
    assert Form.objects.filter(pk=form.pk).exists(), "the other business unit has an asset with this id"
    assert ask(f"assets/forms/{form.pk}")["tasks"] == []
    tasks = {task["title"]: task for task in ask("tasks")["tasks"]}
    assert [tasks["Ask who needs this form"][name] for name in about] == [None, None, form.name, None]
    assert tasks["Call them"]["asset_name"] is None


@pytest.mark.usefixtures("surveyed")
def test_entities_not_read_since_another_business_unit_was_adopted_count_as_never_read(
    simulator: Simulator, settings: Any, ask: Ask
) -> None:
    camp_sync("--scout")
    simulator.post("/pardot/settings", {"business_unit": OTHER_UNIT})
    settings.SALESFORCE_PARDOT_BUSINESS_UNIT = OTHER_UNIT
    camp_sync("--adopt-org", "--yes")
    status = ask("sync/status")
    assert status["tier"] == 1
    prospects = next(entity for entity in status["entities"] if entity["name"] == "prospects")
    assert (prospects["freshness"], prospects["last_sync"], prospects["count"]) == ("never", None, None)
    assert not SyncRun.objects.filter(object="orphans").exists(), "/healthz/ judges runs"


def test_a_business_unit_that_pardot_refuses_is_not_adopted(simulator: Simulator, settings: Any) -> None:
    camp_sync()
    before = digests_of_copies()
    settings.SALESFORCE_PARDOT_BUSINESS_UNIT = OTHER_UNIT
    with pytest.raises(CommandError):
        call_command("camp_sync", "--adopt-org", "--yes")
    assert digests_of_copies() == before


def test_the_pardot_of_an_adopted_org_is_copied(
    simulator: Simulator, new_ids: Simulator, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync()
    camp_sync()
    new_ids.reset()
    point_settings_at(new_ids, settings, monkeypatch)
    output = StringIO()
    call_command("sync_all", "--adopt-org", "--yes", stdout=output)
    assert "run camp_sync" in output.getvalue()
    assert not any(entity.model._base_manager.exists() for entity in entities.ASSETS)
    camp_sync()
    assert_equal(Pardot(new_ids), *entities.ASSETS)
    assert CachedBusinessUnit.objects.get().business_unit == OTHER_UNIT
