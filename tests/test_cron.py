"""A line of the cron table, run as cron runs it: without an environment."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command

from sf.models import SyncRun
from tests.simulated import Simulator

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def crontab(tmp_path: Path, settings: Any) -> Path:
    """A stand-in for ``crontab(1)``: ``-l`` prints the file, ``-`` replaces it."""
    table = tmp_path / "table"
    table.write_text("MAILTO=ops@sfapi.example\n0 0 * * * somebody-elses-job\n")
    program = tmp_path / "crontab"
    program.write_text(f'#!/bin/sh\nif [ "$1" = -l ]; then cat {table}; else cat > {table}; fi\n')
    program.chmod(0o755)
    settings.CRONTAB_EXECUTABLE = str(program)
    return table


def test_the_table_is_written_with_its_time_zone_and_removed_without_a_trace(crontab: Path, settings: Any) -> None:
    settings.TIME_ZONE = "America/Chicago"
    before = crontab.read_text()
    call_command("crontab", "add")
    call_command("crontab", "add")
    text = crontab.read_text()
    assert text.startswith(before)
    assert text.count("CRON_TZ=America/Chicago\n0 5 * * * ") == 1
    assert len(re.findall("crontab run", text)) == len(settings.CRONJOBS)
    call_command("crontab", "remove")
    assert crontab.read_text() == before


def test_a_crontab_of_an_earlier_table_is_shown_and_replaced(
    crontab: Path, settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    before = crontab.read_text()
    first, *others = settings.CRONJOBS
    call_command("crontab", "add")
    settings.CRONJOBS = [*others, ("1 2 * * *", *first[1:])]
    capsys.readouterr()
    call_command("crontab", "show")
    shown = capsys.readouterr().out
    assert re.search(r"^outdated, run manage.py crontab add: 0 5 \* \* \* ", shown, re.MULTILINE)
    assert re.search(r"^missing, run manage.py crontab add: 1 2 \* \* \* +sync_all$", shown, re.MULTILINE)
    assert re.search(r"^45 23 \* \* 6 +sync_books$", shown, re.MULTILINE)
    call_command("crontab", "add")
    text = crontab.read_text()
    assert len(re.findall("crontab run", text)) == len(settings.CRONJOBS)
    assert "\n0 5 * * * " not in text
    settings.CRONJOBS = settings.CRONJOBS[1:]
    call_command("crontab", "remove")
    assert crontab.read_text() == before


def test_what_fails_leaves_the_crontab_as_it_was(crontab: Path, settings: Any) -> None:
    call_command("crontab", "add")
    before = crontab.read_text()
    settings.CRONJOBS = [("0 0 * * *", "sfapi.cron.run", [object()])]
    with pytest.raises(TypeError):
        call_command("crontab", "add")
    assert crontab.read_text() == before


def test_a_line_of_an_earlier_table_says_what_to_do(crontab: Path, database: str, tmp_path: Path) -> None:
    call_command("crontab", "add")
    table = crontab.read_text()
    crontab.write_text(re.sub("crontab run [0-9a-f]+", f"crontab run {'0' * 32}", table))
    done = run_line(crontab, "0 3 * * 0", env_file(tmp_path, {"DATABASE_URL": database}), add=False)
    assert done.returncode == 1
    assert done.stderr.startswith(f"CommandError: No job with hash {'0' * 32}: this line of the crontab is outdated")
    assert "Traceback" not in done.stderr


def test_a_scheduled_sync_runs_under_an_empty_environment(
    crontab: Path, simulator: Simulator, database: str, tmp_path: Path
) -> None:
    done = run_line(crontab, "0 5 * * *", env_file(tmp_path, {**simulator.variables, "DATABASE_URL": database}))
    assert done.returncode == 0, done.stderr
    assert set(SyncRun.objects.values_list("state", flat=True)) == {"done"}


def test_the_logs_are_pruned_on_schedule(crontab: Path, database: str, tmp_path: Path) -> None:
    done = run_line(crontab, "0 3 * * 0", env_file(tmp_path, {"DATABASE_URL": database}))
    assert done.returncode == 0, done.stderr
    assert SyncRun.objects.get(object="cleanup_logs").state == "done"


def test_a_failing_scheduled_job_exits_non_zero_and_leaves_a_run(
    crontab: Path, simulator: Simulator, database: str, tmp_path: Path
) -> None:
    wrong = {**simulator.variables, "DATABASE_URL": database, "SALESFORCE_PASSWORD": "wrong"}
    done = run_line(crontab, "0 5 * * *", env_file(tmp_path, wrong))
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    assert "invalid_grant" in done.stderr
    assert SyncRun.objects.get().state == "failed"


def env_file(folder: Path, variables: dict[str, str]) -> Path:
    """What an operator has as ``.env``."""
    path = folder / "operators.env"
    lines = [f'{name}="{value}"' for name, value in variables.items()]
    path.write_text("\n".join([*lines, "DEBUG=on"]) + "\n")
    return path


def run_line(crontab: Path, when: str, env_file: Path, *, add: bool = True) -> subprocess.CompletedProcess[str]:
    """The command of the line for this time, by ``sh`` under ``env -i``, as cron does it."""
    if add:
        call_command("crontab", "add")
    line = next(line for line in crontab.read_text().splitlines() if line.startswith(f"{when} "))
    command = line.removeprefix(f"{when} ").split(" # ")[0]
    assert settings.CRONTAB_DJANGO_MANAGE_PATH in command
    return subprocess.run(
        ["env", "-i", f"SFAPI_ENV_FILE={env_file}", "/bin/sh", "-c", command],
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
