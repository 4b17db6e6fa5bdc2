from __future__ import annotations

import signal
import sys
import time
from argparse import ArgumentParser, ArgumentTypeError
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from outgoing.numbers import format_count
from pardot.catalog.entities import LOCK, PROSPECTS, Entity, Tier, UnknownEntity, choose, select_tier_entities
from pardot.management.adoption import adopt_business_unit
from pardot.models import DailySnapshot
from pardot.pipeline.after_sync import finish
from pardot.pipeline.estimate import compose_question
from pardot.pipeline.run import Camp
from pardot.status.expectations import CAMP_SYNC as JOB
from pardot.status.tiers import tier_of
from pardot.sync.options import CampOptions
from sf.ingest.jobs import recorded_configuration, recorded_job
from sf.ingest.lease import is_running
from sf.ingest.progress import make_progress
from sf.management.accepted_deletes import add_allow_deletes, check_names
from sf.management.questions import ask_on_terminal
from sf.management.run_report import ENDED_BADLY, RunReport, stop_on_sigterm
from sf.models import SyncRun
from sf.salesforce.errors import SalesforceError

LONGEST_WAIT = timedelta(hours=3)


class Command(BaseCommand):
    requires_system_checks = []  # slow: the checks load every route

    help = (
        "Sync the Pardot health data: assets, and the numbers of people and campaign members in Salesforce; "
        "more with --scout and --survey."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--scout", action="store_true", help="also recently active prospects with the highest scores")
        what.add_argument("--survey", action="store_true", help="also every prospect, activity and campaign member")
        what.add_argument("--entities", metavar="A,B", help="only these entities: names, aliases, groups (assets, all)")
        parser.add_argument("--full", action="store_true", help="read everything again, not only the changes")
        parser.add_argument(
            "--days",
            type=_parse_days,
            metavar="N",
            help="the first read and each full read of activities go back N days; other reads only add changes",
        )
        parser.add_argument("--yes", action="store_true", help="don't ask before a survey or --adopt-org")
        parser.add_argument(
            "--adopt-org",
            action="store_true",
            help="remove the copies of another business unit, and copy SALESFORCE_PARDOT_BUSINESS_UNIT from now on",
        )
        add_allow_deletes(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.SALESFORCE_PARDOT_BUSINESS_UNIT:
            # Do not record this as a failed run: runs are expected only where Pardot is configured.
            raise CommandError("Pardot is not configured: set SALESFORCE_PARDOT_BUSINESS_UNIT, or do not run camp_sync")
        signal.signal(signal.SIGTERM, stop_on_sigterm)
        tier, entities = self._parse_tier_and_entities(options)
        check_names(options["allow_deletes"], [part for entity in entities for part in entity.parts])
        camp_options = CampOptions(
            force=options["full"],
            allow_deletes=options["allow_deletes"],
            days=options["days"] or settings.PARDOT_ACTIVITY_RETENTION_DAYS,
        )
        with recorded_configuration(JOB):
            if options["adopt_org"] and not adopt_business_unit(self.stdout, agreed=options["yes"]):
                self.stdout.write("nothing was done")
                return
            camp = Camp(camp_options, make_progress(sys.stderr, quiet=options["verbosity"] == 0))
        if tier is Tier.SURVEY and not options["yes"] and not self._ask_operator(camp, entities, camp_options):
            self.stdout.write("nothing was done")
            return
        self._sync(camp, tier, entities, patience=self._choose_patience(tier, camp_options))

    def _choose_patience(self, tier: Tier | None, camp_options: CampOptions) -> timedelta:
        """Return the longest wait for another ``camp_sync``.

        Only ``--survey --full`` waits. It is scheduled once a month, so if it were skipped, the next one would come a
        month later.
        """
        if not (tier is Tier.SURVEY and camp_options.force):
            return timedelta()
        if is_running(LOCK):
            self.stdout.write(f"another camp_sync is under way: waiting for its end, at most {LONGEST_WAIT}")
        return LONGEST_WAIT

    def _parse_tier_and_entities(self, options: dict[str, Any]) -> tuple[Tier | None, list[Entity]]:
        """Return the tier (none with ``--entities``) and the entities to read."""
        if options["entities"] is not None:
            try:
                return None, choose(name.strip() for name in options["entities"].split(",") if name.strip())
            except UnknownEntity as error:
                raise CommandError(str(error)) from error
        tier = Tier.SURVEY if options["survey"] else Tier.SCOUT if options["scout"] else Tier.SET_UP
        return tier, select_tier_entities(tier)

    def _ask_operator(self, camp: Camp, entities: list[Entity], camp_options: CampOptions) -> bool:
        """Ask the operator on a terminal. Return ``True`` where there is no terminal."""
        if not (sys.stdin.isatty() and sys.stdout.isatty()):
            return True
        try:
            usage = camp.pardot.ask_usage()
        except SalesforceError as error:
            raise CommandError(str(error)) from error
        return ask_on_terminal(compose_question(entities, camp_options, usage))

    def _sync(self, camp: Camp, tier: Tier | None, entities: list[Entity], patience: timedelta) -> None:
        began = time.monotonic()
        report = RunReport(self, removed="removed", calls="calls")
        sample = PROSPECTS if tier is Tier.SCOUT else None
        runs = camp.run(entities, report.tell, sample=sample, orphans=tier is Tier.SURVEY, patience=patience)
        if not camp.leads_elsewhere and any(
            run.state != SyncRun.State.SKIPPED and run.cause != SyncRun.Cause.BUSY for run in runs
        ):
            reached = tier_of({run.object for run in runs if run.state == SyncRun.State.DONE})
            with recorded_job(JOB):
                snapshot = finish(Tier(reached) if tier and reached else None)
            self.stdout.write(_format_score(snapshot))
        self.stdout.write(f"all: {report.format_summary(runs)}; {time.monotonic() - began:.1f} s")
        failed = [run for run in runs if run.state in ENDED_BADLY]
        if failed:
            raise CommandError(f"failed: {', '.join(run.object for run in failed)}")


def _format_score(snapshot: DailySnapshot) -> str:
    if snapshot.health_score is None:
        return "score: no data yet"
    issues = sum(1 for count in snapshot.issue_counts.values() if count)
    return f"score: {snapshot.health_score} of 100; {format_count(issues, 'kind of issue', 'kinds of issues')}"


def _parse_days(text: str) -> int:
    most = settings.PARDOT_ACTIVITY_RETENTION_DAYS
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= most):
        raise ArgumentTypeError(f"a number from 1 to {most} (PARDOT_ACTIVITY_RETENTION_DAYS), not {text!r}")
    return int(text)
