from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from sf.ingest.jobs import recorded_often
from sf.ingest.lease import hold_lease
from sf.ingest.under_way import note_dead_runs
from sf.models import SyncConfig, SyncRun
from sf.sync.again import find_due_commands


class Command(BaseCommand):
    requires_system_checks = []  # slow: the checks load every route

    help = (
        "Retry syncs that failed, were killed, or were paused by the kill switch or a Bulk job that did not end: "
        "5 minutes after the first bad run ended, 10 after the second, 15 after the third. Cron runs this command "
        "every five minutes. The command is silent when nothing is due. A sync is not retried when the day's calls are "
        "used up, or when a person must act first."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        with recorded_often("sync_retry") as run:
            note_dead_runs()
            self._check_switch(run)
        with hold_lease("sync_retry") as held:
            commands = find_due_commands() if held and run.state == SyncRun.State.DONE else []
            failed = [command for command in commands if not self._runs(command, options["verbosity"])]
        if failed:
            raise CommandError(f"failed again: {'; '.join(' '.join(command) for command in failed)}")

    def _check_switch(self, run: SyncRun) -> None:
        if not SyncConfig.load().syncs_are_on:
            run.state, run.message = SyncRun.State.SKIPPED, "syncs are switched off"

    def _runs(self, command: list[str], verbosity: int) -> bool:
        self.stdout.write(f"trying again: {' '.join(command)}")
        try:
            call_command(*command, verbosity=verbosity, stdout=self.stdout, stderr=self.stderr)
        except CommandError as error:
            self.stderr.write(self.style.ERROR(str(error)))
            return False
        return True
