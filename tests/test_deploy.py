"""Each deployment file is accepted by the program that reads it, and names only things that exist."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml
from django.core.management import call_command
from django.test import Client

import sfapi.gunicorn
from sfapi.settings import base
from tests.api.served import gunicorn
from tests.ports import free_ports
from tests.simulated import ROOT

DEPLOY = ROOT / "deploy"
KUBERNETES = sorted((DEPLOY / "kubernetes").glob("*.yaml"))
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
CHECKOUT = "/srv/sfapi/current"
PARDOT_CALLS = ("pardot_calls_used", "pardot_calls_limit")


def tool(name: str, package: str) -> str:
    """Return the program's path, or skip the test and say how to install the program."""
    places = f"{ROOT}/.deploy/bin:/usr/sbin:/usr/local/sbin"
    program = shutil.which(name) or shutil.which(name, path=places)
    if not program:
        pytest.skip(f"{name} is not installed ({package})")
    return program


def run(*arguments: str | Path) -> str:
    done = subprocess.run(arguments, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def documents(path: Path) -> list[Any]:
    return list(yaml.safe_load_all(path.read_text()))


# -- each file is accepted by the program that reads it --------------------------------------------------------


def test_hadolint_accepts_the_dockerfile() -> None:
    run(tool("hadolint", "pip install -r requirements/deploy/tools.txt"), ROOT / "Dockerfile")


@pytest.mark.parametrize("path", KUBERNETES, ids=lambda path: str(path.stem))
def test_kubernetes_accepts_each_of_its_own_objects(path: Path) -> None:
    output = run(tool("kubernetes-validate", "pip install -r requirements/deploy/tools.txt"), "--strict", path)
    # kubernetes-validate does not know the objects of the Prometheus operator.
    of_prometheus = [each for each in documents(path) if each["apiVersion"].startswith("monitoring.coreos.com/")]
    assert output.count("passed for resource") == len(documents(path)) - len(of_prometheus)


@pytest.mark.parametrize("path", UNITS, ids=lambda path: str(path.stem))
def test_systemd_accepts_each_unit(path: Path, tmp_path: Path) -> None:
    unit = tmp_path / path.name
    here = re.sub(rf"={CHECKOUT}/\.venv/bin/\w+", "=/bin/true", path.read_text()).replace(CHECKOUT, "/tmp")
    unit.write_text(here.replace("User=sfapi", "User=root"))
    assert run(tool("systemd-analyze", "apt-get install systemd"), "verify", unit) == ""


def test_nginx_accepts_its_configuration(tmp_path: Path) -> None:
    nginx = tool("nginx", "apt-get install nginx-light")
    key, certificate = tmp_path / "tls.key", tmp_path / "tls.crt"
    run(
        tool("openssl", "apt-get install openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1",
        "-subj", "/CN=sfapi.example", "-keyout", key, "-out", certificate,
    )  # fmt: skip
    site = (DEPLOY / "nginx.conf").read_text().replace("web:8000", "127.0.0.1:8000")
    site = re.sub(r"listen (80|443)\b", rf"listen unix:{tmp_path}/\1", site)  # only root may open 80 and 443
    (tmp_path / "site.conf").write_text(site.replace("/run/secrets", str(tmp_path)))
    whole = (
        f"pid {tmp_path}/pid; error_log stderr; events {{}} http {{ access_log off; include {tmp_path}/site.conf; }}"
    )
    (tmp_path / "nginx.conf").write_text(whole)
    assert "test is successful" in run(nginx, "-t", "-p", tmp_path, "-c", tmp_path / "nginx.conf")


def test_promtool_accepts_the_rules_and_they_fire_when_they_should() -> None:
    promtool = tool("promtool", "apt-get install prometheus")
    run(promtool, "check", "rules", DEPLOY / "prometheus" / "rules.yml")
    run(promtool, "test", "rules", DEPLOY / "prometheus" / "rules.test.yml")


# -- everything that the files name exists ----------------------------------------------------------------------


def is_variable(name: str) -> bool:
    return name.removesuffix("_FILE") in base.env.declared or name == "SFAPI_ENV_FILE"


def test_compose_and_kubernetes_set_only_variables_that_exist() -> None:
    compose = documents(ROOT / "compose.yaml")[0]
    own = [each for name, each in compose["services"].items() if name not in {"postgres", "nginx"}]
    names = [name for service in own for name in service.get("environment", {})]
    names += [name for each in documents(DEPLOY / "kubernetes" / "settings.yaml") for name in each["data"]]
    assert len(names) > 20
    assert [name for name in names if not is_variable(name)] == []


def test_compose_and_kubernetes_set_no_secret() -> None:
    secret = re.compile(r"(SECRET_KEY|PASSWORD|CLIENT_SECRET|TOKEN|DATABASE_URL|DSN)$")
    compose = documents(ROOT / "compose.yaml")[0]["services"]
    names = {name for service in compose.values() for name in service.get("environment", {})}
    names |= set(documents(DEPLOY / "kubernetes" / "settings.yaml")[0]["data"])
    assert [name for name in names if secret.search(name)] == []


def metrics_named() -> Iterator[str]:
    rules = documents(DEPLOY / "prometheus" / "rules.yml")[0]
    expressions = [rule["expr"] for group in rules["groups"] for rule in group["rules"]]
    board = json.loads((DEPLOY / "grafana" / "sfapi.json").read_text())
    expressions += [target["expr"] for panel in board["panels"] for target in panel["targets"]]
    for expression in expressions:
        yield from (name.removesuffix("_bucket") for name in re.findall(r"sfapi_\w+", expression))


@pytest.mark.django_db
def test_alerts_and_the_grafana_dashboard_use_only_metrics_that_exist(settings: Any) -> None:
    settings.METRICS_ALLOWED_NETWORKS = [ip_network("127.0.0.0/8")]
    answer = Client().get("/metrics").content.decode()
    exist = set(re.findall(r"^# TYPE (\w+) ", answer, re.MULTILINE))
    # These metrics exist only after a call to Salesforce or Pardot.
    exist |= {f"sfapi_{name}" for name in ("salesforce_usage", "salesforce_limit", *PARDOT_CALLS)}
    assert set(metrics_named()) - exist == set()


@pytest.mark.parametrize("path", UNITS, ids=lambda path: str(path.stem))
def test_units_run_programs_and_commands_that_exist(path: Path) -> None:
    [command] = re.findall(r"^ExecStart=(.*)$", path.read_text(), re.MULTILINE)
    words = [word.removeprefix(f"{CHECKOUT}/") for word in command.split()]
    if words[0].endswith("gunicorn"):
        assert words[1:] == ["--config", "python:sfapi.gunicorn"]
    else:
        assert (ROOT / words[1]).exists()
        with pytest.raises(SystemExit) as exit_info:
            call_command(words[2], "--help")
        assert exit_info.value.code == 0


def build_context() -> set[str]:
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    assert "*" in lines
    return {line[1:] for line in lines if line.startswith("!")}


def test_the_build_context_has_every_package_except_tests_and_benchmarks() -> None:
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests", "bench"}
    assert build_context() == packages | {"static", "templates", "requirements", "manage.py"}


def test_the_images_health_checks_ask_their_own_port_without_the_proxy(live_server: Any) -> None:
    dockerfile = (ROOT / "Dockerfile").read_text().replace("\\\n", "")
    checks = re.findall(r"HEALTHCHECK [^\[\n]*CMD (\[.*\])", dockerfile)
    assert len(checks) == 2
    (dead,) = free_ports(1)
    proxies = dict.fromkeys(("HTTP_PROXY", "http_proxy"), f"http://127.0.0.1:{dead}")
    for check in checks:
        words = json.loads(check.replace(":8000", f":{live_server.thread.port}"))
        environment = {"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin", **proxies}
        done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode == 0, done.stderr


def test_gunicorn_keeps_idle_connections_open_for_longer_than_a_proxy_in_front_uses_them(
    migrated_database: str,
) -> None:
    """Otherwise a proxy may send a POST just when gunicorn closes the connection, and answer it with 502."""
    with gunicorn(migrated_database, workers=1) as url:
        connection = HTTPConnection(urlsplit(url).netloc, timeout=20)
        with closing(connection):
            for pause in (0, 3):
                time.sleep(pause)
                connection.request("GET", "/ping/")
                assert connection.getresponse().read() == b"pong\n"
    proxies = {"nginx": 60, "ingress-nginx": 60, "a load balancer of AWS": 60}
    assert sfapi.gunicorn.keepalive > max(proxies.values())


@pytest.mark.soak
def test_the_build_context_has_all_that_a_check_needs(tmp_path: Path) -> None:
    """``manage.py check`` passes in a folder with only the files that ``.dockerignore`` lets through."""
    for name in build_context():
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, tmp_path / name)
    served = {"SECRET_KEY": "k" * 60, "DATABASE_URL": "postgresql://u@h/d", "SFAPI_ENV_FILE": ""}
    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=tmp_path, env={"SFAPI_DATA_DIR": str(tmp_path), **served}, capture_output=True, text=True, check=False,
        timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
