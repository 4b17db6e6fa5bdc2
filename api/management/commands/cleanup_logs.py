from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from api.protection.rate_limit import forget_idle_counts
from api.retention.logs import prune_logs, prune_sessions
from api.retention.old_cases import prune_cases
from sf.ingest.jobs import recorded_job
from sf.ingest.old_runs import prune_runs
from sf.ingest.tombstones import empty_tombstones
from sf.live.look_ups import forget_old_misses

_LONGEST_DAYS = 36_500


class Command(BaseCommand):
    requires_system_checks = []  # slow: the checks load every route
    help = (
        "Remove old rows: the request log, field changes and operator actions; cases and forms "
        "(CASE_RETENTION_DAYS); records of runs (SYNC_RUN_DAYS); expired sessions, idle rate counts, and notes of "
        "look-ups that found nothing. "
        "Empty the copies of records that were deleted long ago (DELETED_RETENTION_DAYS)."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--request-days",
            type=int,
            default=settings.REQUEST_LOG_DAYS,
            metavar="D",
            help="days to keep the request log (REQUEST_LOG_DAYS)",
        )
        parser.add_argument(
            "--change-days",
            type=int,
            default=365,
            metavar="D",
            help="days to keep field changes and operator actions (365)",
        )
        parser.add_argument(
            "--dry-run",
            action="store_true",
            help="only print how many rows would be removed or emptied (except rate counts and notes of look-ups)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        days = {name: options[name] for name in ("request_days", "change_days")}
        for name, value in days.items():
            if not 1 <= value <= _LONGEST_DAYS:
                raise CommandError(f"--{name.replace('_', '-')}: must be a number from 1 to {_LONGEST_DAYS}")
        if options["dry_run"]:
            summary = f"Would remove: {', '.join(_prune(**days, dry_run=True))}. {_empty(dry_run=True)}"
            self.stdout.write(f"{summary.strip()} Nothing was changed.")
            return
        with recorded_job("cleanup_logs") as run:
            counts = _prune(**days)
            counts += [f"idle rate counts {forget_idle_counts():,}", f"old look-ups {forget_old_misses():,}"]
            run.message = f"Removed: {', '.join(counts)}. {_empty()}".strip()
        self.stdout.write(run.message)


def _empty(*, dry_run: bool = False) -> str:
    emptied = empty_tombstones(days=settings.DELETED_RETENTION_DAYS, dry_run=dry_run)
    counts = [f"{model._meta.verbose_name_plural} {rows:,}" for model, rows in emptied if rows]
    verb = "Would empty" if dry_run else "Emptied"
    return f"{verb} copies of deleted records: {', '.join(counts)}." if counts else ""


def _prune(*, dry_run: bool = False, **days: int) -> list[str]:
    logs = prune_logs(**days, dry_run=dry_run)
    cases = prune_cases(days=settings.CASE_RETENTION_DAYS, dry_run=dry_run)
    tables = [*logs, *cases, prune_sessions(dry_run=dry_run)]
    runs = prune_runs(days=settings.SYNC_RUN_DAYS, dry_run=dry_run)
    return [*(f"{each.model._meta.verbose_name_plural} {each.rows:,}" for each in tables), f"sync runs {runs:,}"]
