from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from pardot.configuration.values import set_value
from pardot.domain.areas import Area
from pardot.domain.days import get_today
from pardot.models import DailySnapshot, DayNote, Finding, Task, TeamMember

DAYS = 45
BY = "make demo"

TEAM = (
    ("Rowan Vale", "Campaign lead", [Area.CAMPAIGNS, Area.TAGS]),
    ("Juniper Hollis", "Web forms", [Area.FORMS, Area.LANDING_PAGES]),
    ("Sorrel Quint", "Email", [Area.LISTS, Area.LIST_EMAILS, Area.CUSTOM_REDIRECTS]),
    ("Linden Marsh", "Data quality", [Area.PROSPECTS]),
)
TASKS = (
    ("Link the autumn campaigns to Salesforce", 0, Area.CAMPAIGNS, Task.Priority.HIGH, 2),
    ("Find out why the contact form fails", 1, Area.FORMS, Task.Priority.HIGH, -3),
    ("Clean up the lists of last year", 2, Area.LISTS, Task.Priority.NORMAL, 9),
)


class Command(BaseCommand):
    requires_system_checks = []  # slow: the checks load every route
    help = "For the demo only: a made-up team, camp dates, tasks, and made-up snapshots of the days before today."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError("only with DEBUG=on, because the data is made up")
        latest = DailySnapshot.objects.last()
        if latest is None:
            raise CommandError("nothing has been synced yet: run camp_sync first")
        if TeamMember.objects.exists():
            self.stdout.write("there is already a team: nothing was made")
            return
        with transaction.atomic():
            _make_team(get_today())
            _make_history(latest, get_today())
            _make_findings_older(get_today())
        self.stdout.write(f"made up: {len(TEAM)} people, {len(TASKS)} tasks, {DAYS} days of history")


def _make_team(day: date) -> None:
    team = [
        TeamMember.objects.create(
            name=name, role=role, areas=areas, order=order, accounts_uuid=settings.DEMO_USER_UUID if not order else None
        )
        for order, (name, role, areas) in enumerate(TEAM)
    ]
    for title, owner, area, priority, due in TASKS:
        Task.objects.create(
            title=title,
            assignee=team[owner],
            area=area,
            priority=priority,
            due_date=day + timedelta(days=due),
            created_by=BY,
        )
    dates = {"start": str(day - timedelta(days=9)), "end": str(day + timedelta(days=21))}
    set_value("camp_dates", dates, by=BY)


def _make_history(latest: DailySnapshot, day: date) -> None:
    """Make snapshots that get worse toward the past, as if the team had fixed things since then."""
    chance = random.Random(7)  # noqa: S311 - the same history each time
    for ago in range(1, DAYS + 1):
        worse = ago / DAYS
        before = DailySnapshot.objects.get(pk=latest.pk)
        before.pk, before.day = None, day - timedelta(days=ago)
        before.health_score = _lower_score(latest.health_score, 14 * worse, chance)
        before.area_scores = {
            area: _lower_score(score, (6 + 3 * place) * worse, chance)
            for place, (area, score) in enumerate(latest.area_scores.items())
        }
        before.issue_counts = {
            key: None if count is None else round(count * (1 + worse) + chance.random() * 2 * worse)
            for key, count in latest.issue_counts.items()
        }
        before.save()
    DayNote.objects.create(day=day - timedelta(days=9), text="Camp begins (made up for the demo)", created_by=BY)


def _make_findings_older(day: date) -> None:
    """Spread ``first_seen`` of the open findings over the made-up days.

    The made-up snapshots count findings, so not all findings can be new today.
    """
    findings = list(Finding.objects.filter(fixed_on=None))
    for finding in findings:
        finding.first_seen = day - timedelta(days=1 + finding.pk % DAYS)
    Finding.objects.bulk_update(findings, ["first_seen"], batch_size=1000)


def _lower_score(score: int | None, points: float, chance: random.Random) -> int | None:
    return None if score is None else max(0, min(100, round(score - points + chance.uniform(-1, 1))))
