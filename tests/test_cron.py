"""SFAPI's lines in the crontab: added, shown, removed, and run by ``/bin/sh`` as cron does."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from sf.models import SyncRun
from tests.simulated import ROOT, Simulator

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


def old_lines(folder: str, hashes: Sequence[str] = ("0" * 32, "1" * 32)) -> str:
    """Return the lines that releases before 0.2 wrote with django-crontab."""
    line = "0 5 * * * {0}/.venv/bin/python {0}/manage.py crontab run {1} # sfapi in {0}\n"
    marker = f"# sfapi in {folder}: the hours below are in this zone\nCRON_TZ=UTC\n"
    return marker + "".join(line.format(folder, each) for each in hashes)


def test_our_lines_are_written_with_their_time_zone_and_removed_without_a_trace(crontab: Path, settings: Any) -> None:
    settings.TIME_ZONE = "America/Chicago"
    before = crontab.read_text()
    call_command("crontab", "add")
    call_command("crontab", "add")
    text = crontab.read_text()
    assert text.startswith(before)
    assert text.count("CRON_TZ=America/Chicago\n0 5 * * * ") == 1
    assert len(re.findall("# sfapi in ", text)) == len(settings.CRONJOBS) + 1
    call_command("crontab", "remove")
    assert crontab.read_text() == before


def test_lines_name_the_command(crontab: Path, settings: Any) -> None:
    call_command("crontab", "add")
    for when, _, arguments in settings.CRONJOBS:
        line = rf"^{re.escape(when)} \S+ \S+/manage.py {' '.join(arguments)} # sfapi in \S+$"
        assert re.search(line, crontab.read_text(), re.MULTILINE)


@pytest.mark.parametrize("folder", ["/srv/releases/1", "/srv/with # and space", "/srv/100%", "/srv/ümläut; ' $HOME"])
def test_lines_of_every_folder_are_shown_replaced_and_removed(
    crontab: Path, settings: Any, capsys: pytest.CaptureFixture[str], folder: str
) -> None:
    before = crontab.read_text()
    crontab.write_text(before + old_lines(folder))
    with pytest.raises(CommandError, match="of these are not as they should be"):
        call_command("crontab", "show")
    assert capsys.readouterr().out.count("of another folder, run manage.py crontab add: 0 5 * * * ") == 2
    settings.CRONTAB_COMMENT = f"sfapi in {folder}"
    call_command("crontab", "add")
    settings.CRONTAB_COMMENT = "sfapi in /srv/current"
    call_command("crontab", "add")
    text = crontab.read_text()
    assert text.count("sync_all # sfapi in /srv/current\n") == 1
    assert len(re.findall("# sfapi in ", text)) == len(settings.CRONJOBS) + 1
    assert text.count("CRON_TZ") == 1
    crontab.write_text(text + old_lines(folder))
    call_command("crontab", "remove")
    assert crontab.read_text() == before


def test_all_lines_are_removed_after_somebody_deleted_the_time_zone(crontab: Path) -> None:
    before = crontab.read_text()
    call_command("crontab", "add")
    crontab.write_text(crontab.read_text().replace("CRON_TZ=UTC\n", ""))
    call_command("crontab", "remove")
    assert crontab.read_text() == before


def test_a_time_zone_whose_marker_somebody_deleted_is_removed(crontab: Path) -> None:
    before = crontab.read_text()
    call_command("crontab", "add")
    marked = crontab.read_text()
    marker = next(line for line in marked.splitlines(keepends=True) if line.endswith("are in this zone\n"))
    crontab.write_text(marked.replace(marker, ""))
    call_command("crontab", "add")
    assert crontab.read_text() == marked
    crontab.write_text(marked.replace(marker, ""))
    call_command("crontab", "remove")
    assert crontab.read_text() == before


def test_a_time_zone_that_applies_to_other_jobs_stays(crontab: Path) -> None:
    call_command("crontab", "add")
    own = "".join(line for line in crontab.read_text().splitlines(keepends=True) if "manage.py" in line)
    crontab.write_text(f"CRON_TZ=Asia/Tokyo\n{own}# mine\n0 1 * * * backup\nCRON_TZ=UTC\n")
    call_command("crontab", "remove")
    assert crontab.read_text() == "CRON_TZ=Asia/Tokyo\n# mine\n0 1 * * * backup\nCRON_TZ=UTC\n"


def test_a_second_installation_of_the_same_user_can_be_left_alone(crontab: Path, settings: Any) -> None:
    settings.CRONTAB_COMMENT = "sfapi in /srv/staging"
    call_command("crontab", "add")
    staging = crontab.read_text()
    settings.CRONTAB_COMMENT = "sfapi in /srv/production"
    call_command("crontab", "add", "--only-here")
    assert crontab.read_text().startswith(staging)
    call_command("crontab", "remove", "--only-here")
    assert crontab.read_text() == staging


def test_show_fails_when_no_job_is_scheduled_and_succeeds_when_all_are(
    crontab: Path, settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.CRONTAB_COMMENT = "sfapi in /srv/staging"
    with pytest.raises(CommandError, match=r"^none of the \d+ scheduled jobs is in this user's crontab: run manage.py"):
        call_command("crontab", "show")
    assert capsys.readouterr().out == ""
    call_command("crontab", "add")
    call_command("crontab", "show")
    settings.CRONTAB_COMMENT = "sfapi in /srv/production"
    with pytest.raises(CommandError, match="are not as they should be"):
        call_command("crontab", "show")
    call_command("crontab", "add", "--only-here")
    call_command("crontab", "show", "--only-here")
    with pytest.raises(CommandError, match="are not as they should be"):
        call_command("crontab", "show")


@pytest.mark.parametrize("action", ["show", "add", "remove"])
def test_a_crontab_that_may_not_be_read_is_not_replaced(crontab: Path, settings: Any, action: str) -> None:
    before = crontab.read_text()
    refuse_to_list(settings, "You (sfapi) are not allowed to use this program (crontab)\nSee crontab(1) for more")
    with pytest.raises(CommandError, match=r"are not allowed to use this program \(crontab\) See crontab\(1\)"):
        call_command("crontab", action)
    assert crontab.read_text() == before


@pytest.mark.parametrize(
    "message",
    ["no crontab for sfapi", "crontab: no crontab for sfapi", "crontab: can't open 'sfapi': No such file or directory"],
)
def test_a_user_without_a_crontab_gets_one(crontab: Path, settings: Any, message: str) -> None:
    refuse_to_list(settings, message)
    with pytest.raises(CommandError, match="none of the"):
        call_command("crontab", "show")
    call_command("crontab", "add")
    assert "sync_all # sfapi in" in crontab.read_text()


def refuse_to_list(settings: Any, message: str) -> None:
    """Make ``crontab -l`` fail with this message."""
    program = Path(settings.CRONTAB_EXECUTABLE)
    refusal = f'echo "{message}" >&2; exit 1'
    program.write_text(program.read_text().replace("then cat", f"then {refusal}; cat"))


def test_lines_that_only_look_like_ours_stay(crontab: Path) -> None:
    others = (
        "0 1 * * * /srv/shop/manage.py sync_all\n"
        "# 0 5 * * * /srv/sfapi/manage.py sync_all # sfapi in /srv/sfapi\n"
        "# sfapi in Chicago is looked after by the night shift\n"
        "5 5 * * * backup # sfapi in /srv/sfapi\n"
        "6 6 * * * echo \u2028 \x0b\n"
    )
    crontab.write_text(others)
    call_command("crontab", "add")
    call_command("crontab", "remove")
    assert crontab.read_text() == others


@pytest.mark.parametrize("name", ["back\\slash", "line\nbreak"])
def test_a_path_that_no_crontab_can_hold_is_refused(crontab: Path, settings: Any, name: str) -> None:
    before = crontab.read_text()
    settings.CRONTAB_DJANGO_MANAGE_PATH = f"/srv/{name}/manage.py"
    with pytest.raises(CommandError, match="no crontab can hold a path with"):
        call_command("crontab", "add")
    assert crontab.read_text() == before


NAMES = (
    "with blank",
    "R&D",
    "semi;colon",
    "it's",
    "$HOME",
    "with # sharp",
    "100%",
    "a%20b %",
    "(1)",
    "Übung 学校",
    '"two"',
)


@pytest.mark.parametrize(
    "name",
    [
        'it\'s R&D; $HOME # 100% a%20b % (1) "two" Übung 学校',
        *(pytest.param(name, marks=pytest.mark.soak) for name in NAMES),
    ],
)
def test_lines_run_in_a_folder_of_any_name(crontab: Path, database: str, tmp_path: Path, name: str) -> None:
    (tmp_path / name).symlink_to(ROOT)
    add_as_typed(crontab, tmp_path / name)
    done = run_line(crontab, "0 3 * * 0", find_env_file(tmp_path, {"DATABASE_URL": database}), add=False)
    assert done.returncode == 0, done.stderr
    run = SyncRun.objects.get()
    assert (run.object, run.state) == ("cleanup_logs", "done")


def test_a_link_to_the_release_stays_a_link(crontab: Path, tmp_path: Path) -> None:
    """The operator typed ``current``, so the lines stay valid for the next release."""
    (tmp_path / "current").symlink_to(ROOT)
    add_as_typed(crontab, tmp_path / "current")
    assert f" {tmp_path}/current/manage.py sync_all # sfapi in {tmp_path}/current\n" in crontab.read_text()
    assert str(ROOT) not in crontab.read_text()


def test_a_prefix_and_a_suffix_are_put_around_the_command(crontab: Path, database: str, tmp_path: Path) -> None:
    around = {
        "CRONTAB_COMMAND_PREFIX": "GREETING='50% off' sh -c 'echo $GREETING; exec \"$0\" \"$@\"'",
        "CRONTAB_COMMAND_SUFFIX": f">> {tmp_path}/$(date +\\%Y).log 2>&1",
    }
    add_as_typed(crontab, ROOT, **around)
    done = run_line(crontab, "0 3 * * 0", find_env_file(tmp_path, {"DATABASE_URL": database}), add=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    [log] = tmp_path.glob("2*.log")
    assert log.read_text().startswith("50% off\n")
    assert "cleanup_logs" in SyncRun.objects.values_list("object", flat=True)


def test_outdated_and_missing_lines_are_shown_and_replaced(
    crontab: Path, settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    before = crontab.read_text()
    first, *others = settings.CRONJOBS
    call_command("crontab", "add")
    settings.CRONJOBS = [*others, ("1 2 * * *", *first[1:])]
    capsys.readouterr()
    with pytest.raises(CommandError, match="2 of these are not"):
        call_command("crontab", "show")
    shown = capsys.readouterr().out
    assert re.search(r"^outdated, run manage.py crontab add: 0 5 \* \* \* ", shown, re.MULTILINE)
    assert re.search(r"^missing, run manage.py crontab add: 1 2 \* \* \* +sync_all$", shown, re.MULTILINE)
    assert re.search(r"^45 23 \* \* 6 +sync_books$", shown, re.MULTILINE)
    call_command("crontab", "add")
    text = crontab.read_text()
    assert len(re.findall("# sfapi in ", text)) == len(settings.CRONJOBS) + 1
    assert "\n0 5 * * * " not in text
    settings.CRONJOBS = settings.CRONJOBS[1:]
    call_command("crontab", "remove")
    assert crontab.read_text() == before


def test_lines_in_an_earlier_time_zone_are_shown_as_outdated_and_replaced(
    crontab: Path, settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("crontab", "add")
    settings.TIME_ZONE = "America/Chicago"
    capsys.readouterr()
    with pytest.raises(CommandError, match=f"{len(settings.CRONJOBS)} of these are not"):
        call_command("crontab", "show")
    shown = capsys.readouterr().out
    assert shown.count("outdated, its hours are in UTC, run manage.py crontab add: ") == len(settings.CRONJOBS)
    call_command("crontab", "add")
    call_command("crontab", "show")
    assert "outdated" not in capsys.readouterr().out


def test_a_line_that_is_there_twice_is_shown_as_a_duplicate_and_replaced(
    crontab: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("crontab", "add")
    right = crontab.read_text()
    crontab.write_text(right + right.splitlines()[-1] + "\n")
    capsys.readouterr()
    with pytest.raises(CommandError, match="1 of these are not"):
        call_command("crontab", "show")
    shown = capsys.readouterr().out
    assert shown.count("duplicate, run manage.py crontab add: ") == 1
    assert "outdated" not in shown
    call_command("crontab", "add")
    assert crontab.read_text() == right


def test_a_change_that_fails_leaves_the_crontab_as_it_was(crontab: Path, settings: Any) -> None:
    call_command("crontab", "add")
    before = crontab.read_text()
    settings.CRONJOBS = [("0 0 * * *", "sfapi.cron.run", [object()])]
    with pytest.raises(TypeError):
        call_command("crontab", "add")
    assert crontab.read_text() == before


def test_a_line_of_an_earlier_release_still_runs(crontab: Path, settings: Any, database: str, tmp_path: Path) -> None:
    job = next(job for job in settings.CRONJOBS if job[2] == ["cleanup_logs"])
    job_hash = hashlib.md5(json.dumps(job, sort_keys=True).encode()).hexdigest()
    crontab.write_text(f"0 3 * * 0 {sys.executable} {ROOT}/manage.py crontab run {job_hash} # sfapi in {ROOT}\n")
    done = run_line(crontab, "0 3 * * 0", find_env_file(tmp_path, {"DATABASE_URL": database}), add=False)
    assert done.returncode == 0, done.stderr
    assert SyncRun.objects.get().object == "cleanup_logs"


def test_a_line_with_an_unknown_hash_says_what_to_do(crontab: Path, database: str, tmp_path: Path) -> None:
    crontab.write_text(f"0 3 * * 0 {sys.executable} {ROOT}/manage.py crontab run {'0' * 32} # sfapi in {ROOT}\n")
    done = run_line(crontab, "0 3 * * 0", find_env_file(tmp_path, {"DATABASE_URL": database}), add=False)
    assert done.returncode == 1
    message = f"No job with hash {'0' * 32}: this line of the crontab is outdated, run manage.py crontab add"
    assert done.stderr.startswith(f"CommandError: {message}")
    assert "Traceback" not in done.stderr


def test_a_scheduled_sync_runs_in_a_nearly_empty_environment(
    crontab: Path, simulator: Simulator, database: str, tmp_path: Path
) -> None:
    done = run_line(crontab, "0 5 * * *", find_env_file(tmp_path, {**simulator.variables, "DATABASE_URL": database}))
    assert done.returncode == 0, done.stderr
    assert set(SyncRun.objects.values_list("state", flat=True)) == {"done"}


def test_a_failing_scheduled_job_exits_non_zero_and_leaves_a_run(
    crontab: Path, simulator: Simulator, database: str, tmp_path: Path
) -> None:
    wrong = {**simulator.variables, "DATABASE_URL": database, "SALESFORCE_PASSWORD": "wrong"}
    done = run_line(crontab, "0 5 * * *", find_env_file(tmp_path, wrong))
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    assert "invalid_grant" in done.stderr
    assert SyncRun.objects.get().state == "failed"


def find_env_file(folder: Path, variables: dict[str, str]) -> Path:
    """Write an operator's ``.env``, and return its path."""
    path = folder / "operators.env"
    lines = [f'{name}="{value}"' for name, value in variables.items()]
    path.write_text("\n".join([*lines, "DEBUG=on"]) + "\n")
    return path


def add_as_typed(crontab: Path, folder: Path, **variables: str) -> None:
    """Run ``cd folder; python manage.py crontab add`` as a shell does, with the typed path in ``PWD``."""
    python = Path(sys.executable)
    typed = folder / python.relative_to(ROOT) if python.is_relative_to(ROOT) else python
    subprocess.run(
        [typed, "manage.py", "crontab", "add"],
        cwd=folder,
        env={"PATH": f"{crontab.parent}:/usr/bin:/bin", "PWD": str(folder), "SFAPI_ENV_FILE": "", "DEBUG": "on"}
        | variables,
        check=True,
        capture_output=True,
        timeout=60,
    )


def run_line(crontab: Path, when: str, env_file: Path, *, add: bool = True) -> subprocess.CompletedProcess[str]:
    """Run the line with this schedule as cron does, by ``sh``, with no variable but ``SFAPI_ENV_FILE``.

    Text after an unescaped % is the input of the command.
    """
    if add:
        call_command("crontab", "add")
    line = next(line for line in crontab.read_text().splitlines() if line.startswith(f"{when} "))
    command, *input_lines = re.split(r"(?<!\\)%", line.removeprefix(f"{when} "))
    return subprocess.run(
        ["env", "-i", f"SFAPI_ENV_FILE={env_file}", "/bin/sh", "-c", command.replace("\\%", "%")],
        input="\n".join(input_lines),
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
