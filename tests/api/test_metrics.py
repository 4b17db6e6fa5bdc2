"""``/metrics``: off by default, only for allowed networks, in the form that Prometheus reads."""

from __future__ import annotations

import re
from datetime import timedelta
from ipaddress import ip_network
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone

from api.models import OutboundCase
from sf.models import RefusedRecord, SFAPIUsageLog, SyncConfig, SyncRun
from sfapi.env import Environment

LINE = re.compile(r'[a-z_]+(?:\{[a-z]+="[^"]*"(?:,[a-z]+="[^"]*")*\})? -?[0-9.e+]+')


@pytest.fixture
def prometheus(db: None, settings: Any) -> Client:
    settings.METRICS_ALLOWED_NETWORKS = [ip_network("127.0.0.0/8"), ip_network("2001:db8::/32")]
    return Client()


def test_it_is_off_unless_a_setting_allows_it(db: None) -> None:
    assert Client().get("/metrics").status_code == 404


@pytest.mark.parametrize(
    ("address", "status"),
    [("127.0.0.1", 200), ("::ffff:127.0.0.1", 200), ("2001:db8::7", 200), ("192.0.2.1", 403), ("", 403)],
)
def test_only_allowed_networks_may_ask(prometheus: Client, address: str, status: int) -> None:
    assert prometheus.get("/metrics", REMOTE_ADDR=address).status_code == status
    forged = {"X-Forwarded-For": "127.0.0.1"}
    assert prometheus.get("/metrics", headers=forged, REMOTE_ADDR=address).status_code == status


def test_prometheus_asks_any_host_over_plain_http(prometheus: Client, settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT = True
    assert prometheus.get("/metrics", HTTP_HOST="10.0.0.7:8000").status_code == 200
    assert prometheus.get("/metrics", HTTP_HOST="10.0.0.7:8000", REMOTE_ADDR="192.0.2.1").status_code == 403
    settings.METRICS_ALLOWED_NETWORKS = []
    assert prometheus.get("/metrics", HTTP_HOST="10.0.0.7:8000").status_code == 404


def test_what_an_operator_needs(prometheus: Client, settings: Any) -> None:
    settings.RELEASE_VERSION = 'odd"\\version'
    ended = timezone.now() - timedelta(seconds=500)
    SyncRun.objects.create(object="accounts", state=SyncRun.State.DONE, started=ended, ended=ended)
    SFAPIUsageLog.objects.create(date=timezone.now().date(), source="sync_all", call_count=42)
    SFAPIUsageLog.objects.create(date=timezone.now().date() - timedelta(days=1), source="sync_all", call_count=7)
    RefusedRecord.objects.create(object="contacts", record_id="003", payload="{}", reason="NUL", fingerprint="")
    config = SyncConfig.load()
    config.last_usage_check, config.last_usage_value, config.last_usage_limit = ended, 12345, 285000
    config.save()
    OutboundCase.objects.create(maker="user:1", source="case", values={})
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


def test_every_figure_is_explained_once(prometheus: Client) -> None:
    lines = prometheus.get("/metrics").text.splitlines()
    explained = [line.split()[2] for line in lines if line.startswith("# HELP")]
    assert len(explained) == len(set(explained))
    assert {line.split("{")[0].split()[0] for line in lines if not line.startswith("#")} <= set(explained)


def test_large_figures_are_written_out(prometheus: Client) -> None:
    SFAPIUsageLog.objects.create(date=timezone.now().date(), source="api", call_count=12_345_678)
    assert 'sfapi_salesforce_calls_today{source="api"} 12345678' in prometheus.get("/metrics").text.splitlines()


def test_the_database_is_away(prometheus: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> Any:
        raise OperationalError("connection to server at 10.1.2.3 failed")

    with monkeypatch.context() as patch:
        patch.setattr(connection, "cursor", refuse)
        answer = prometheus.get("/metrics")
    assert answer.status_code == 503
    assert "10.1.2.3" not in answer.text


def test_it_is_only_read(prometheus: Client) -> None:
    assert prometheus.head("/metrics").status_code == 200
    assert prometheus.post("/metrics").status_code == 405


def test_a_network_that_is_none_stops_the_start() -> None:
    found = Environment({"NETWORKS": "10.0.0.0/8, 192.0.2.1"}).networks("NETWORKS")
    assert found == [ip_network("10.0.0.0/8"), ip_network("192.0.2.1/32")]
    with pytest.raises(ImproperlyConfigured, match=r"NETWORKS: '10\.0\.0\.7/8' is not"):
        Environment({"NETWORKS": "10.0.0.7/8"}).networks("NETWORKS")
