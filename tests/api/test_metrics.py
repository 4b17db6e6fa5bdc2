"""``/metrics``: off by default, only for allowed networks, in Prometheus's format."""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from datetime import timedelta
from ipaddress import ip_network
from typing import Any

import pytest
import requests
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from api.models import OutboundCase, RouteCount
from api.observe import audit
from api.observe.audit import write_noted
from api.observe.exposition import Sample
from api.observe.requests import Measure, add_measures
from pardot.models import DailySnapshot, PardotQuota
from sf.models import Account, RefusedRecord, SFAPIUsageLog, SyncConfig, SyncRun
from sfapi.env import Environment
from tests.api import records
from tests.api.served import gunicorn
from tests.conftest import NotedRequests
from tests.plans import analyze

LINE = re.compile(r'[a-z_0-9]+(?:\{[a-z]+="[^"]*"(?:,[a-z]+="[^"]*")*\})? -?[0-9.e+]+')


@pytest.fixture
def prometheus(db: None, settings: Any) -> Client:
    settings.METRICS_ALLOWED_NETWORKS = [ip_network("127.0.0.0/8"), ip_network("2001:db8::/32")]
    return Client()


def test_metrics_are_off_unless_a_setting_allows_them(db: None) -> None:
    answer = Client().get("/metrics")
    assert (answer.status_code, answer["Content-Type"]) == (404, "text/plain; charset=utf-8")
    assert answer.text == "Metrics are off: set METRICS_ALLOWED_NETWORKS.\n"


@pytest.mark.parametrize(
    ("address", "status"),
    [("127.0.0.1", 200), ("::ffff:127.0.0.1", 200), ("2001:db8::7", 200), ("192.0.2.1", 403), ("", 403)],
)
def test_only_allowed_networks_may_read_metrics(prometheus: Client, address: str, status: int) -> None:
    assert prometheus.get("/metrics", REMOTE_ADDR=address).status_code == status
    forged = {"X-Forwarded-For": "127.0.0.1"}
    assert prometheus.get("/metrics", headers=forged, REMOTE_ADDR=address).status_code == status


def test_prometheus_may_use_any_host_name_over_plain_http(prometheus: Client, settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT = True
    assert prometheus.get("/metrics", HTTP_HOST="10.0.0.7:8000").status_code == 200
    assert prometheus.get("/metrics", HTTP_HOST="10.0.0.7:8000", REMOTE_ADDR="192.0.2.1").status_code == 403
    settings.METRICS_ALLOWED_NETWORKS = []
    assert prometheus.get("/metrics", HTTP_HOST="10.0.0.7:8000").status_code == 404


def test_metrics_show_the_syncs_the_calls_the_refused_records_and_the_cases(prometheus: Client, settings: Any) -> None:
    settings.RELEASE_VERSION = 'odd"\\version'
    ended = timezone.now() - timedelta(seconds=500)
    SyncRun.objects.create(object="accounts", state=SyncRun.State.DONE, started=ended, ended=ended)
    SFAPIUsageLog.objects.create(date=timezone.now().date(), source="sync_all", call_count=42)
    SFAPIUsageLog.objects.create(date=timezone.now().date() - timedelta(days=1), source="sync_all", call_count=7)
    RefusedRecord.objects.create(object="contacts", record_id="003", payload="{}", reason="NUL", fingerprint="")
    config = SyncConfig.load()
    config.last_usage_check, config.last_usage_value, config.last_usage_limit = ended, 12345, 285000
    config.save()
    OutboundCase.objects.create(identity="user:1", source="case", values={})
    answer = prometheus.get("/metrics")
    assert 'sfapi_outbox_cases{state="queued"} 1' in answer.text.splitlines()
    assert answer["Content-Type"].startswith("text/plain; version=0.0.4")
    lines = answer.text.splitlines()
    assert 'sfapi_salesforce_calls_today{source="sync_all"} 42' in lines
    assert "sfapi_salesforce_usage 12345" in lines
    assert "sfapi_salesforce_limit 285000" in lines
    assert "sfapi_sync_enabled 1" in lines
    assert 'sfapi_records_set_aside{object="contacts"} 1' in lines
    assert 'sfapi_sync_fresh{object="accounts"} 1' in lines
    assert 'sfapi_sync_fresh{object="books"} 0' in lines
    [age] = [line for line in lines if line.startswith('sfapi_sync_age_seconds{object="accounts"}')]
    assert 500 <= float(age.split()[1]) < 560
    assert r'version="odd\"\\version"' in answer.text
    settings.RELEASE_VERSION = "1"
    figures = [line for line in prometheus.get("/metrics").text.splitlines() if not line.startswith("#")]
    assert all(LINE.fullmatch(line) for line in figures), figures


def test_every_metric_has_one_help_line(prometheus: Client) -> None:
    lines = prometheus.get("/metrics").text.splitlines()
    explained = [line.split()[2] for line in lines if line.startswith("# HELP")]
    assert len(explained) == len(set(explained))
    named = {re.sub("_(bucket|sum|count)$", "", re.split("[{ ]", line)[0]) for line in lines if line[0] != "#"}
    assert named <= set(explained)


def test_large_numbers_are_written_without_an_exponent(prometheus: Client) -> None:
    SFAPIUsageLog.objects.create(date=timezone.now().date(), source="api", call_count=12_345_678)
    assert 'sfapi_salesforce_calls_today{source="api"} 12345678' in prometheus.get("/metrics").text.splitlines()


def test_metrics_are_503_while_the_database_is_away(prometheus: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> Any:
        raise OperationalError("connection to server at 10.1.2.3 failed")

    with monkeypatch.context() as patch:
        patch.setattr(connection, "cursor", refuse)
        answer = prometheus.get("/metrics")
    assert answer.status_code == 503
    assert "10.1.2.3" not in answer.text


def test_metrics_are_503_before_the_migrations(prometheus: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE sf_syncrun RENAME TO aside")
    answer = prometheus.get("/metrics")
    assert (answer.status_code, answer.text) == (503, "A table or column is missing: run manage.py migrate.\n")


def test_metrics_accept_only_get_and_head(prometheus: Client) -> None:
    assert prometheus.head("/metrics").status_code == 200
    assert prometheus.post("/metrics").status_code == 405


def test_an_invalid_network_stops_the_start() -> None:
    networks = Environment({"NETWORKS": "10.0.0.0/8, 192.0.2.1"}).networks("NETWORKS")
    assert networks == [ip_network("10.0.0.0/8"), ip_network("192.0.2.1/32")]
    with pytest.raises(ImproperlyConfigured, match=r"NETWORKS: '10\.0\.0\.7/8' is not"):
        Environment({"NETWORKS": "10.0.0.7/8"}).networks("NETWORKS")


# -- requests -----------------------------------------------------------------------------------------------


def figures(client: Client, name: str) -> list[str]:
    return [line for line in client.get("/metrics").text.splitlines() if line.startswith(name)]


@pytest.mark.django_db(transaction=True)  # because write_noted would close a connection with an open transaction
def test_requests_are_counted_by_route_method_and_status(
    prometheus: Client, user: Client, noted_requests: NotedRequests, settings: Any
) -> None:
    settings.REQUEST_LOG_SAMPLE = 1e-9  # requests that the audit log leaves out are counted too
    for number in range(3):
        user.get(f"/api/v1/case/00000000-0000-4000-8000-00000000000{number}")
        user.get(f"/api/v1/records/accounts/001{number}/")
        user.get(f"/api/v1/guess/{number}")
        user.get(f"/admin/guess/{number}")
        user.generic(f"GUESS{number}", "/api/v1/me")
    user.get("/api/v1/me")
    user.get("/")
    user.get("/ping/")
    write_noted(noted_requests.all, again=False)
    write_noted(noted_requests.all, again=False)
    assert figures(prometheus, "sfapi_http_requests_total{") == [
        'sfapi_http_requests_total{route="/",method="GET",status="200"} 2',
        'sfapi_http_requests_total{route="/admin/",method="GET",status="302"} 6',
        'sfapi_http_requests_total{route="/api/v1/case/{case_id}",method="GET",status="403"} 6',
        'sfapi_http_requests_total{route="/api/v1/me",method="GET",status="200"} 2',
        'sfapi_http_requests_total{route="/api/v1/me",method="other",status="405"} 6',
        'sfapi_http_requests_total{route="/api/v1/records/accounts/{record_id}/",method="GET",status="403"} 6',
        'sfapi_http_requests_total{route="unknown",method="GET",status="404"} 6',
    ]


def test_durations_are_a_histogram(prometheus: Client) -> None:
    seconds = (0.001, 0.005, 0.2, 0.2, 30.0)
    add_measures(Measure("/x", "GET", status, each) for status, each in enumerate(seconds, 200))
    lines = figures(prometheus, "sfapi_http_request_duration_seconds")
    assert [line.rsplit(" ", 1)[1] for line in lines] == ["2"] * 5 + ["4"] * 6 + ["5", "30.406", "5"]
    assert lines[0].startswith('sfapi_http_request_duration_seconds_bucket{route="/x",method="GET",le="0.005"}')
    assert 'le="+Inf"' in lines[11]


def test_a_sample_without_labels_keeps_its_suffix() -> None:
    assert Sample(3, suffix="_count").format_line("sfapi_seconds") == "sfapi_seconds_count 3"


def test_nothing_is_counted_while_metrics_are_off(user: Client, noted_requests: NotedRequests) -> None:
    user.get("/api/v1/me")
    user.get("/")
    assert [noted.measured for noted in noted_requests.all] == [None]


@pytest.mark.slow
def test_requests_of_all_processes_are_summed(database: str) -> None:
    line = 'sfapi_http_requests_total{route="/api/v1/openapi.json",method="GET",status="200"} 60'
    with gunicorn(database, workers=3, METRICS_ALLOWED_NETWORKS="127.0.0.1") as url:
        for _ in range(60):  # each on its own connection, so that every process answers some
            assert requests.get(f"{url}/api/v1/openapi.json", timeout=30).status_code == 200
        for _ in range(200):
            if line in requests.get(f"{url}/metrics", timeout=30).text:
                return
            time.sleep(0.1)
    raise AssertionError(RouteCount.objects.values())


# -- runs and cached records --------------------------------------------------------------------------------


def test_metrics_show_the_rows_and_duration_of_the_last_run_that_ended(prometheus: Client) -> None:
    now = timezone.now()
    accounts = {"object": "accounts", "mode": "full"}
    SyncRun.objects.create(**accounts, state="failed", started=now - timedelta(hours=3), ended=now - timedelta(hours=3))
    SyncRun.objects.create(
        **accounts, state="done", started=now - timedelta(seconds=100), ended=now - timedelta(seconds=40),
        rows_read=9, inserted=1, updated=2, soft_deleted=3,
    )  # fmt: skip
    SyncRun.objects.create(**accounts, state="skipped")
    SyncRun.objects.create(**accounts, state="running")
    SyncRun.objects.create(object="contacts", mode="full", state="running", started=now - timedelta(hours=1))
    lines = prometheus.get("/metrics").text.splitlines()
    for change, rows in (("read", 9), ("inserted", 1), ("updated", 2), ("deleted", 3)):
        assert f'sfapi_sync_last_run_rows{{object="accounts",change="{change}"}} {rows}' in lines
    assert 'sfapi_sync_last_run_duration_seconds{object="accounts"} 60' in lines
    assert 'sfapi_sync_running{object="accounts"} 1' in lines
    assert 'sfapi_sync_running{object="books"} 0' in lines
    assert 'sfapi_sync_running{object="contacts"} 0' in lines, "the run began an hour ago and has no lease"
    for state, runs in (("done", 1), ("failed", 1), ("skipped", 1), ("paused", 0)):
        assert f'sfapi_sync_recent_runs{{object="accounts",state="{state}"}} {runs}' in lines
    assert 'sfapi_records_set_aside{object="books"} 0' in lines


def test_cached_records_are_estimated_and_not_counted(prometheus: Client) -> None:
    records.school()
    records.school()
    analyze(Account)
    records.school()  # stored after the table was analyzed, so the estimate does not include it
    assert 'sfapi_cached_records{object="accounts"} 2' in prometheus.get("/metrics").text.splitlines()


def test_pardots_quota_and_the_health_score_are_shown(prometheus: Client) -> None:
    PardotQuota.objects.create(id=1, used=10, maximum=25_000, told_at=timezone.now())
    DailySnapshot.objects.create(day="2026-01-01", tier=1, health_score=91)
    DailySnapshot.objects.create(day="2026-01-02", tier=1)
    lines = prometheus.get("/metrics").text.splitlines()
    assert {"sfapi_pardot_calls_used 10", "sfapi_pardot_calls_limit 25000", "sfapi_camp_health_score 91"} <= set(lines)


def test_rows_that_the_audit_log_lost_are_counted(prometheus: Client) -> None:
    audit._note_lost(7)
    assert "sfapi_request_log_lost_rows_total 7" in prometheus.get("/metrics").text.splitlines()


def test_a_scrape_reads_no_large_table(prometheus: Client) -> None:
    with CaptureQueriesContext(connection) as captured:
        prometheus.get("/metrics")
    statements = " ".join(query["sql"] for query in captured.captured_queries)
    large = {"api_requestlog", "api_fieldchangelog", "sf_account", "sf_contact", "sf_opportunity", "pardot_prospect"}
    assert not {table for table in large if re.search(rf"(FROM|JOIN) \"?{table}\b", statements)}
    assert len(captured) < 60


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not installed: apt-get install prometheus")
def test_promtool_finds_nothing_wrong(prometheus: Client) -> None:
    test_metrics_show_the_rows_and_duration_of_the_last_run_that_ended(prometheus)
    test_pardots_quota_and_the_health_score_are_shown(prometheus)
    add_measures([Measure("/x/{y}", "GET", 200, 0.2)])
    text = prometheus.get("/metrics").text
    done = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
