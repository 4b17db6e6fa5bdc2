"""Report runs to the operator: results on stdout, problems on stderr."""

from __future__ import annotations

from collections.abc import Sequence
from types import FrameType

from django.core.management.base import BaseCommand

from outgoing.text import to_one_line
from sf.models import SyncRun

ENDED_BADLY = (SyncRun.State.FAILED, SyncRun.State.INTERRUPTED)
_COUNTS = ("rows_read", "inserted", "updated", "unchanged", "soft_deleted", "set_aside", "api_calls")


class RunReport:
    """Writes a command's lines about its runs.

    ``removed`` and ``calls``: the words for deleted records and API calls. ``quiet``: write only problems.
    """

    def __init__(
        self,
        command: BaseCommand,
        *,
        removed: str = "soft-deleted",
        calls: str = "Salesforce calls",
        quiet: bool = False,
    ) -> None:
        self._command = command
        self._quiet = quiet
        self._removed = removed
        self._calls = calls

    def tell(self, run: SyncRun, seconds: float) -> None:
        err, style = self._command.stderr, self._command.style
        message = to_one_line(run.message)
        if run.state == SyncRun.State.DONE:
            how = f"{run.get_mode_display()} by {run.get_transport_display()}"
            self._say(f"{run.object}: {how}: {self.format_summary([run])}; {seconds:.1f} s")
            if message:
                err.write(style.WARNING(f"{run.object}: {message}"))
        elif run.state in ENDED_BADLY:
            err.write(style.ERROR(f"{run.object}: {run.state}: {message}"))
        else:
            self._say(f"{run.object}: {run.state}: {message}")
        if run.set_aside:
            err.write(
                style.WARNING(
                    f"{run.object}: records set aside because PostgreSQL cannot store them: {run.set_aside:,} "
                    "(admin: Records set aside)"
                )
            )

    def _say(self, line: str) -> None:
        if not self._quiet:
            self._command.stdout.write(line)

    def format_summary(self, runs: Sequence[SyncRun]) -> str:
        """Return the summed counts of some runs in one line."""
        total = {name: sum(getattr(run, name) for run in runs) for name in _COUNTS}
        return (
            f"{total['rows_read']:,} read, {total['inserted']:,} inserted, {total['updated']:,} updated, "
            f"{total['unchanged']:,} unchanged, {total['soft_deleted']:,} {self._removed}, "
            f"{total['set_aside']:,} set aside; {total['api_calls']:,} {self._calls}"
        )


def stop_on_sigterm(signum: int, frame: FrameType | None) -> None:
    """Exit, so that a run under way is recorded as interrupted. Pass this to ``signal.signal``."""
    raise SystemExit("stopped by SIGTERM. If the read can be resumed, the next run keeps what was read and continues")
