"""``check --deploy`` reports what a deployment lacks, and nothing when it is complete."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.checks import run_checks
from django.core.management import call_command

from scripts.check_deployment import CRONTAB
from sf.ingest.lease import hold_lease
from sf.ingest.scheduled import WORK

pytestmark = pytest.mark.django_db


@pytest.fixture
def deployed_settings(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Settings of a complete deployment."""
    crontab = tmp_path / "crontab"
    crontab.write_text(CRONTAB)
    crontab.chmod(0o755)
    settings.CRONTAB_EXECUTABLE = str(crontab)
    settings.STATIC_ROOT = tmp_path
    (tmp_path / "staticfiles.json").touch()
    settings.ALLOWED_HOSTS, settings.ENVIRONMENT = ["sfapi.example"], "production"
    settings.SENTRY_DSN, settings.METRICS_ALLOWED_NETWORKS = "https://made-up@sentry.example/1", ["192.0.2.0/24"]
    env = tmp_path / "own.env"
    env.touch()
    env.chmod(0o640)
    monkeypatch.setenv("SFAPI_ENV_FILE", str(env))
    call_command("crontab", "add", verbosity=0)
    return settings


def check_ids() -> dict[str, str]:
    messages = run_checks(include_deployment_checks=True)
    return {str(each.id): each.msg for each in messages if str(each.id).startswith("sfapi.")}


def test_a_complete_deployment_gets_no_warning(deployed_settings: Any) -> None:
    assert check_ids() == {}


@pytest.mark.parametrize(
    ("name", "value", "identifier"),
    [
        ("ALLOWED_HOSTS", ["sfapi.example", "*"], "sfapi.W001"),
        ("ENVIRONMENT", "local", "sfapi.W002"),
        ("STATIC_ROOT", "/nowhere", "sfapi.W003"),
        ("CRONTAB_EXECUTABLE", "/nowhere/crontab", "sfapi.W005"),
        ("SENTRY_DSN", "", "sfapi.I001"),
        ("METRICS_ALLOWED_NETWORKS", [], "sfapi.I002"),
    ],
)
def test_a_missing_or_unsuitable_setting_is_reported(
    deployed_settings: Any, name: str, value: Any, identifier: str
) -> None:
    setattr(deployed_settings, name, value)
    assert list(check_ids()) == [identifier]


@pytest.mark.parametrize(
    ("mode", "is_reported"), [(0o600, False), (0o640, False), (0o644, True), (0o604, True), (0o602, True)]
)
def test_an_env_file_that_others_may_read_or_write_is_reported(
    deployed_settings: Any, tmp_path: Path, mode: int, is_reported: bool
) -> None:
    (tmp_path / "own.env").chmod(mode)
    assert ("sfapi.W004" in check_ids()) is is_reported


def test_jobs_that_are_missing_or_of_another_folder_are_reported(deployed_settings: Any) -> None:
    jobs = deployed_settings.CRONJOBS
    deployed_settings.CRONJOBS = [*jobs, ("1 2 * * *", "sfapi.cron.run", ["sync_books"])]
    assert check_ids()["sfapi.W006"].startswith("1 scheduled job is missing")
    deployed_settings.CRONJOBS = jobs
    deployed_settings.CRONTAB_COMMENT = "sfapi in /srv/releases/2"
    assert check_ids()["sfapi.W006"].startswith(f"{2 * len(jobs)} scheduled jobs are missing")


def test_a_missing_crontab_is_not_reported_while_a_worker_leads(deployed_settings: Any) -> None:
    deployed_settings.CRONTAB_EXECUTABLE = "/nowhere/crontab"
    assert "sfapi.W005" in check_ids()
    with hold_lease(WORK):
        assert check_ids() == {}
