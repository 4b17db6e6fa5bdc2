"""Code, ``.env.example`` and ``docs/settings.md`` name the same variables. Bad values stop the start."""

from __future__ import annotations

import os
import re
import runpy
import subprocess
import sys
from pathlib import Path
from unittest import mock

import pytest
from django.core.exceptions import ImproperlyConfigured

from sfapi.env import Environment
from sfapi.placeholders import is_placeholder
from sfapi.settings import base
from tests.simulated import ROOT

SECRET = "not-to-be-shown"


def declared() -> set[str]:
    return set(base.env.declared)


def test_env_example_names_every_variable() -> None:
    text = (ROOT / ".env.example").read_text()
    assert set(re.findall(r"^#? ?([A-Z][A-Z_]+)=", text, re.MULTILINE)) == declared()


def test_settings_page_explains_every_variable() -> None:
    text = (ROOT / "docs" / "settings.md").read_text()
    assert set(re.findall(r"^\| `([A-Z_]+)` \|", text, re.MULTILINE)) == declared()


@pytest.mark.parametrize("debug", ["off", "on"])
def test_the_demo_is_installed_only_in_development_and_the_simulator_never(debug: str) -> None:
    code = "from django.conf import settings; print(*settings.INSTALLED_APPS)"
    needed = {"DEBUG": debug, "SECRET_KEY": "x", "DATABASE_URL": "postgresql://nobody@localhost/none"}
    environment = {**os.environ, "SFAPI_ENV_FILE": "", "DJANGO_SETTINGS_MODULE": "sfapi.settings.base", **needed}
    shown = subprocess.check_output([sys.executable, "-c", code], cwd=ROOT, env=environment, text=True)
    roots = {name.split(".")[0] for name in shown.split()}
    assert ("sfapi.demo" in shown.split()) == (debug == "on")
    assert "sf" in roots
    assert not roots & {"simulator", "bench", "tests"}


BAD_VALUES = pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"DEBUG": "perhaps"}, "DEBUG: 'perhaps' is not on or off"),
        ({"DEBUG": "off"}, "SECRET_KEY: not set; it is required. For development set DEBUG=on"),
        ({"DEBUG": "off", "SECRET_KEY": SECRET}, "DATABASE_URL: not set"),
        ({"DATABASE_URL": f"mysql://u:{SECRET}@h/d"}, "DATABASE_URL: is not of the form"),
        ({"DATABASE_REPLICA_URL": f"mysql://u:{SECRET}@h/d"}, "DATABASE_REPLICA_URL: is not of the form"),
        ({"SALESFORCE_PASSWORD": f"{SECRET}\udce9"}, "SALESFORCE_PASSWORD: its value in the environment is not UTF-8"),
        ({"DATABASE_URL": f"postgresql://u:[{SECRET}]@h/d"}, "DATABASE_URL: is not of the form"),
        ({"DATABASE_REPLICA_URL": f"postgresql://u:{SECRET}[@h/d"}, "DATABASE_REPLICA_URL: is not of the form"),
        ({"EMAIL_URL": f"smtp://u:{SECRET}\uff0f@h"}, "EMAIL_URL: is not of the form"),
        ({"SENTRY_DSN": f"https://[{SECRET}]@sentry.example/1"}, "SENTRY_DSN: is not of the form"),
        ({"SENTRY_DSN": f"https://{SECRET}@sentry.example:port/1"}, "SENTRY_DSN: is not of the form"),
        (
            {"DATABASE_REPLICA_MAX_LAG_SECONDS": "1"},
            "DATABASE_REPLICA_MAX_LAG_SECONDS: '1' is not a whole number",
        ),
        ({"DATABASE_NAME": "sfapi"}, "DATABASE_USER, DATABASE_HOST: not set"),
        ({"DATABASE_PORT": "5432"}, "DATABASE_NAME, DATABASE_USER, DATABASE_HOST: not set"),
        (
            {"DATABASE_NAME": "d", "DATABASE_USER": "u", "DATABASE_HOST": "h", "DATABASE_PORT": "abc"},
            "DATABASE_PORT: 'abc' is not a whole number from 1 to 65535",
        ),
        (
            {"DATABASE_URL": f"postgresql://u:{SECRET}@h/d?prepare_threshold=5"},
            "DATABASE_URL: prepare_threshold: '5' is not off",
        ),
        ({"SENTRY_DSN": "garbage"}, "SENTRY_DSN: is not of the form https://key@host/number"),
        ({"SENTRY_DSN": f"https://{SECRET}@sentry.example"}, "SENTRY_DSN: is not of the form"),
        ({"SIMULATOR_URL": "foo"}, "SIMULATOR_URL: 'foo' is not a URL"),
        ({"SALESFORCE_INSTANCE_URL": "foo", "SALESFORCE_SESSION_ID": SECRET}, "SALESFORCE_INSTANCE_URL: 'foo' is not"),
        ({"SALESFORCE_INSTANCE_URL": "http://my.example", "SALESFORCE_SESSION_ID": SECRET}, "begins with https://"),
        ({"SALESFORCE_HOST": "login.salesforce.com"}, "SALESFORCE_HOST: 'login.salesforce.com' is not a URL"),
        ({"SALESFORCE_HOST": "test"}, "begins with https://, such as https://test.salesforce.com for a sandbox"),
        ({"SALESFORCE_JWT_AUDIENCE": "test"}, "SALESFORCE_JWT_AUDIENCE: 'test' is not a URL"),
        ({"SALESFORCE_BULK_THRESHOLD": "many"}, "SALESFORCE_BULK_THRESHOLD: 'many' is not a whole number"),
        ({"SALESFORCE_API_VERSION": "latest"}, "SALESFORCE_API_VERSION: 'latest' is not an API version"),
        (
            {"SALESFORCE_CLIENT_ID": "a", "SALESFORCE_PASSWORD": SECRET},
            "username-password lacks SALESFORCE_CLIENT_SECRET",
        ),
        ({"ACCOUNTS_CLIENT_ID": "a"}, "ACCOUNTS_CLIENT_SECRET: not set"),
        ({"EMAIL_URL": f"smtp://me:5/{SECRET}@h"}, "EMAIL_URL: is not of the form"),
        ({"EMAIL_URL": f"smtp://me:5#{SECRET}@h"}, "EMAIL_URL: is not of the form"),
        ({"DIGEST_RECIPIENTS": "a@x.org; b@x.org"}, "is not an email address such as"),
        ({"DIGEST_RECIPIENTS": "a@x.org b@x.org"}, "is not an email address such as"),
        ({"DIGEST_RECIPIENTS": "a@x.org,ranger"}, "DIGEST_RECIPIENTS: 'ranger' is not an email address such as"),
        ({"DEFAULT_FROM_EMAIL": "Camp, Inc. <a@x.org>"}, "is not an email address such as"),
        ({"DIGEST_RECIPIENTS": '"'}, "is not an email address such as"),
        ({"DEFAULT_FROM_EMAIL": "a@x..org"}, "is not an email address such as"),
        ({"DEFAULT_FROM_EMAIL": "mailto:a@x.org"}, "is not an email address such as"),
        ({"DEFAULT_FROM_EMAIL": "Camp"}, "DEFAULT_FROM_EMAIL: 'Camp' is not an email address such as"),
        ({"DIGEST_RECIPIENTS": "ranger@camp.example"}, "EMAIL_URL: not set, but needed for DIGEST_RECIPIENTS"),
        ({"SSO_SIGNATURE_PUBLIC_KEY": "a"}, "SSO_ENCRYPTION_PRIVATE_KEY: not set"),
        ({"TIME_ZONE": "Mars/Olympus"}, "TIME_ZONE: 'Mars/Olympus' is not a time zone"),
        (
            {"SALESFORCE_PROXY": f"socks5://u:{SECRET}@proxy:1080"},
            "SALESFORCE_PROXY: 'socks5://***@proxy:1080' is not a",
        ),
        ({"SALESFORCE_PROXY": f"http://u:{SECRET}@proxy:99999"}, "SALESFORCE_PROXY: 'http://***@proxy:99999' is not a"),
        ({"SALESFORCE_PROXY": f"http://u:a/{SECRET} b@proxy"}, "SALESFORCE_PROXY: 'http://***@proxy' is not a URL"),
        (
            {"ACCOUNTS_URL": f"https://u:{SECRET}@accounts.example"},
            "ACCOUNTS_URL: 'https://***@accounts.example' is not a URL without a user name and password",
        ),
        ({"SECURE_HSTS_SECONDS": "a year"}, "SECURE_HSTS_SECONDS: 'a year' is not a whole number"),
        ({"REQUESTS_CA_BUNDLE": "/nowhere.pem"}, "REQUESTS_CA_BUNDLE: there is no file or folder '/nowhere.pem'"),
        ({"CURL_CA_BUNDLE": "/nowhere.pem"}, "CURL_CA_BUNDLE: there is no file or folder '/nowhere.pem'"),
        ({"REQUESTS_CA_BUNDLE_FILE": "/nowhere"}, "REQUESTS_CA_BUNDLE_FILE: set REQUESTS_CA_BUNDLE instead"),
        ({"CURL_CA_BUNDLE_FILE": "/nowhere"}, "CURL_CA_BUNDLE_FILE: set CURL_CA_BUNDLE instead"),
        ({"REQUESTS_CA_BUNDLE": str(ROOT / "README.md")}, "is not a readable file of certificates in PEM form"),
        ({"SYNC_EVERY": "1d,contacts=7m"}, "SYNC_EVERY: '7m' is none of 1m, 2m, 3m, 4m, 5m, 6m, 10m"),
        ({"LOG_FORMAT": "xml"}, "LOG_FORMAT: 'xml' is not one of text, json"),
        (
            {"DEBUG": "off", "SECRET_KEY": SECRET, "DATABASE_URL": "postgresql://u@h/d", "DEV_USER_UUID": "x"},
            "DEV_USER_UUID: only allowed with DEBUG=on",
        ),
    ],
)


@BAD_VALUES
def test_a_bad_value_is_refused_with_the_name_of_its_variable(
    variables: dict[str, str], expected: str, tmp_path: Path
) -> None:
    refusal = settings_error({"SFAPI_DATA_DIR": str(tmp_path), "DEBUG": "on", **variables})
    assert expected in refusal
    assert SECRET not in refusal


def test_a_bad_value_stops_the_start_with_one_line(tmp_path: Path) -> None:
    variables = {"SFAPI_DATA_DIR": str(tmp_path), "DEBUG": "on", "DATABASE_URL": f"mysql://u:{SECRET}@h/d"}
    assert_refused_in_one_line(start(variables), settings_error(variables))


@pytest.mark.parametrize("module", ["sfapi.wsgi", "sfapi.asgi"])
def test_a_bad_value_stops_a_web_process_with_one_line(module: str, tmp_path: Path) -> None:
    """Gunicorn starts no further process after the exit status 3."""
    variables = {"SFAPI_ENV_FILE": "", "SFAPI_DATA_DIR": str(tmp_path), "DEBUG": "on", "TIME_ZONE": "Mars/Olympus"}
    program = [sys.executable, "-c", f"import {module}"]
    done = subprocess.run(program, cwd=ROOT, env=variables, capture_output=True, text=True, check=False, timeout=60)
    line = "Configuration error: TIME_ZONE: 'Mars/Olympus' is not a time zone such as America/Chicago\n"
    assert (done.returncode, done.stderr) == (3, line)


def test_dotenv_is_read_and_the_real_environment_wins(tmp_path: Path) -> None:
    (tmp_path / "own.env").write_text("DEBUG=on\nTIME_ZONE=Mars/Olympus\n")
    settings = {"SFAPI_ENV_FILE": str(tmp_path / "own.env"), "SFAPI_DATA_DIR": str(tmp_path)}
    assert "TIME_ZONE" in start(settings).stderr
    assert start({**settings, "TIME_ZONE": "America/Chicago"}).returncode == 0


def write_env(folder: Path, content: bytes) -> dict[str, str]:
    (folder / "own.env").write_bytes(content)
    return {"SFAPI_ENV_FILE": str(folder / "own.env"), "SFAPI_DATA_DIR": str(folder)}


@pytest.mark.parametrize(
    "content",
    [
        "\ufeffDEBUG=on\nTIME_ZONE=Mars/Olympus\n".encode(),
        b"DEBUG=on\r\nTIME_ZONE=Mars/Olympus\r\n",
        b"DEBUG=on\rTIME_ZONE=Mars/Olympus\r",
        "DEBUG=on\r\nTIME_ZONE=Mars/Olympus\r\n".encode("utf-16"),
        b"\xfe\xff" + "DEBUG=on\nTIME_ZONE=Mars/Olympus\n".encode("utf-16-be"),
        b"export DEBUG=on\nexport TIME_ZONE='Mars/Olympus' # far away",
        b'  DEBUG = on\n\n# TIME_ZONE=UTC\nTIME_ZONE = "Mars/Olympus"',
    ],
)
def test_dotenv_is_read_in_the_encodings_and_line_ends_of_editors(content: bytes, tmp_path: Path) -> None:
    assert settings_error(write_env(tmp_path, content)).startswith("TIME_ZONE: 'Mars/Olympus' is not a time zone")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"DEBUG=on\nSALESFORCE_PASSWORD=caf\xe9\n", "line 2 is not UTF-8"),
        (b"DEBUG=on\nA=\x93quoted\x94\n", "line 2 is not UTF-8"),
        ("DEBUG=on\nA=1\n".encode("utf-16-le"), "is not text in UTF-8"),
        (b"DEBUG=on\nA=\0\n", "is not text in UTF-8"),
        (b"DEBUG=on\nkey is secret\n", "line 2 is not of the form NAME=value"),
        (b"DEBUG=on\n\n\n# c\n\nkey is secret\n", "line 6 is not of the form NAME=value"),
        (b"DEBUG=on\nA='it's'\n", "line 2 is not of the form NAME=value"),
        (b"K=-----BEGIN KEY-----\nabc=\n-----END KEY-----\n", "line 3 is not of the form NAME=value"),
        (b"DEBUG=on\nSALESFORCE_PASSWORD\n", "line 2 is not of the form NAME=value"),
        (b"DEBUG=on\n'A=1'=2\n", "line 2 is not of the form NAME=value"),
        (b"DEBUG=on\nA=x${NOT_SET}\nNOT_SET=1\n", "A refers to a variable that is not set above it"),
    ],
)
def test_dotenv_that_cannot_be_read_is_refused(content: bytes, says: str, tmp_path: Path) -> None:
    assert f"own.env: {says}" in settings_error(write_env(tmp_path, content))


def test_a_value_in_dotenv_may_refer_to_other_variables(tmp_path: Path) -> None:
    content = b"DEBUG=on\nPLANET=Mars\nTIME_ZONE=${PLANET}/${TOWN}${NOT_SET:-s}\n"
    variables = {**write_env(tmp_path, content), "TOWN": "Olympu"}
    assert settings_error(variables).startswith("TIME_ZONE: 'Mars/Olympus' is not a time zone")


def test_a_value_in_dotenv_that_replaces_an_earlier_one_may_refer_to_variables_between_them(tmp_path: Path) -> None:
    content = b"DEBUG=on\nTIME_ZONE=\nPLANET=Mars\nTIME_ZONE=${PLANET}/Olympus\n"
    assert settings_error(write_env(tmp_path, content)).startswith("TIME_ZONE: 'Mars/Olympus' is not a time zone")


def test_dotenv_that_is_a_folder_or_missing_is_reported_in_one_line(tmp_path: Path) -> None:
    assert_refused_in_one_line(start({"SFAPI_ENV_FILE": str(tmp_path)}), f"{tmp_path}: is a folder")
    missing = tmp_path / "none.env"
    assert_refused_in_one_line(start({"SFAPI_ENV_FILE": str(missing)}), f"{missing}: cannot be read (No such file")
    if os.geteuid():  # root may read everything
        missing.touch(mode=0o000)
        assert_refused_in_one_line(
            start({"SFAPI_ENV_FILE": str(missing)}), "cannot be read (Permission denied); run as its owner"
        )


DATABASE = {"DATABASE_URL": "postgresql://u@h/d"}


def test_a_secret_may_come_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(f"{'k' * 60}\n")
    (tmp_path / "url").write_text("mysql://wrong")
    variables = {"SECRET_KEY_FILE": str(tmp_path / "key"), "SFAPI_DATA_DIR": str(tmp_path)}
    assert start({**variables, **DATABASE}).returncode == 0
    assert_refused_in_one_line(
        start({**variables, "DATABASE_URL_FILE": str(tmp_path / "url")}), "DATABASE_URL: is not of the"
    )


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"k", "SALESFORCE_PASSWORD, SALESFORCE_PASSWORD_FILE: both are set; keep one of them"),
        (b" \n", "is empty"),
        (b"\xff\xff", "is not UTF-8"),
        (b"a\0b", "has a NUL in it"),
        (None, "cannot be read (No such file or directory)"),
    ],
)
def test_a_secret_file_that_cannot_be_used_is_refused(tmp_path: Path, content: bytes | None, says: str) -> None:
    values = {"SALESFORCE_PASSWORD_FILE": str(tmp_path / "password")}
    if content:
        (tmp_path / "password").write_bytes(content)
    if content == b"k":
        values["SALESFORCE_PASSWORD"] = SECRET
    with pytest.raises(ImproperlyConfigured) as error:
        Environment(values).text("SALESFORCE_PASSWORD")
    assert str(error.value).endswith(says)
    assert SECRET not in str(error.value)


def test_a_placeholder_in_a_secret_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("<your_password>")
    values = {"SALESFORCE_PASSWORD_FILE": str(tmp_path / "password")}
    with pytest.raises(ImproperlyConfigured, match="SALESFORCE_PASSWORD: <your_password> is a placeholder"):
        Environment(values).text("SALESFORCE_PASSWORD")


def test_placeholders_count_as_not_set_also_when_debug_comes_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "debug").write_text("on\n")
    values = {"DEBUG_FILE": str(tmp_path / "debug"), "SALESFORCE_PASSWORD": "<your_password>"}
    environment = Environment(values)
    assert environment.text("SALESFORCE_PASSWORD") == ""
    assert environment.placeholders == ["SALESFORCE_PASSWORD"]


def assert_refused_in_one_line(answer: subprocess.CompletedProcess[str], says: str) -> None:
    assert answer.returncode == 1
    assert answer.stderr.startswith("Configuration error: ")
    assert says in answer.stderr
    assert answer.stderr.count("\n") == 1, answer.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SALESFORCE_CLIENT_ID", "<your_client_id>"),
        ("SALESFORCE_PASSWORD", "<your_password>"),
        ("SSO_COOKIE_NAME", "<oxa_env>"),
        ("SENTRY_DSN", "<sentry_dsn>"),
        ("DEV_USER_UUID", "<your_accounts_uuid>"),
        ("SALESFORCE_PARDOT_BUSINESS_UNIT", "<Pardot Business Unit ID>"),
        ("SALESFORCE_HOST", "https://<your-domain>.my.salesforce.com"),
    ],
)
def test_a_placeholder_is_refused_with_the_name_of_its_variable(name: str, value: str, tmp_path: Path) -> None:
    variables = {"SECRET_KEY": "k" * 50, "DATABASE_URL": "postgresql://u@h/d", "SFAPI_DATA_DIR": str(tmp_path)}
    assert f"{name}: {value} is a placeholder" in settings_error({**variables, name: value})


@pytest.mark.parametrize(
    "value",
    [
        "<...>", "<1234>", "your-client-id", "YOUR_CLIENT_ID", "your_salesforce_password", "my-api-key",
        "{{your_token}}",
        "[your secret here]", "changeme", "CHANGE_ME", "change-me", "please-change-me", "replace_this", "fillme", "xxx",
        "XXXXXXXX", "...", "…", "TODO", "placeholder", "postgresql://u:<password>@host/db",
    ],
)  # fmt: skip
def test_usual_placeholders_are_known(value: str) -> None:
    assert is_placeholder("SALESFORCE_PASSWORD", value)


@pytest.mark.parametrize(
    "value",
    [
        "", "your-dog-ate-it", "yours", "my", "oxa", "camp", "<sfapi@camp.example>", "p<a>ss", "a<b", "changemenow!",
        "postgresql://u:your_password@host/db", "https://camp.my.salesforce.com", "0Uv0x0000000001CAM", "x", "a…b",
        "2>&1 | tee /var/log/sfapi", "ranger <ranger@camp.example>",
    ],
)  # fmt: skip
def test_values_that_only_look_like_placeholders_are_accepted(value: str) -> None:
    assert not is_placeholder("SALESFORCE_PASSWORD", value)


def test_changeme_is_no_placeholder_for_a_database_password() -> None:
    assert not is_placeholder("DATABASE_PASSWORD", "changeme")
    assert is_placeholder("DATABASE_PASSWORD", "<your_password>")


PLACEHOLDERS = "SALESFORCE_CLIENT_ID=<your_client_id>\nSALESFORCE_CLIENT_SECRET='<your secret>'\nSENTRY_DSN=changeme\n"


@pytest.mark.parametrize("command", [("check",), ("sf", "check"), ("sync_all",)], ids=" ".join)
def test_all_placeholders_are_named_at_once(tmp_path: Path, command: tuple[str, ...]) -> None:
    served = "SECRET_KEY=0123456789-0123456789-0123456789-0123456789-012\nDATABASE_URL=postgresql://u@h/d\n"
    answer = start(write_env(tmp_path, f"{served}SSO_COOKIE_NAME=oxa\n{PLACEHOLDERS}".encode()), command=command)
    assert_refused_in_one_line(answer, " is a placeholder (so are the values of ")
    for name in ("SALESFORCE_CLIENT_ID", "SALESFORCE_CLIENT_SECRET", "SENTRY_DSN"):
        assert answer.stderr.count(name) == 1
    assert "SSO_COOKIE_NAME" not in answer.stderr


def test_placeholders_are_reported_and_taken_as_not_set_in_development(tmp_path: Path) -> None:
    answer = start(write_env(tmp_path, f"DEBUG=on\nSSO_COOKIE_NAME=oxa\n{PLACEHOLDERS}".encode()))
    assert answer.returncode == 0, answer.stderr
    line = "Placeholders, taken as not set: SALESFORCE_CLIENT_ID, SALESFORCE_CLIENT_SECRET, SENTRY_DSN."
    assert answer.stderr.startswith(line)


def test_the_installation_page_leads_to_a_service_that_is_safe(tmp_path: Path) -> None:
    """The settings are the example file with the changes of the step "Serve it"."""
    page = (ROOT / "docs" / "installation.md").read_text()
    block = re.search(r"## 5\. Serve it\n.*?```\n(.*?)```", page, re.DOTALL)
    assert block
    changes = block[1].replace("<", "'").replace(">", "'").replace('"', "")
    example = (ROOT / ".env.example").read_text().replace("DATABASE_URL=", "DATABASE_URL=postgresql://u@h/d")
    (tmp_path / "own.env").write_text(example + changes)
    answer = start({"SFAPI_ENV_FILE": str(tmp_path / "own.env"), "SFAPI_DATA_DIR": str(tmp_path)}, "--deploy")
    assert answer.returncode == 0, answer.stderr
    assert "WARNINGS" in answer.stderr, "the missing Salesforce login, for example, must cause a warning"
    assert "security." not in answer.stderr
    assert "manage.py check --deploy" in page


def test_the_hsts_time_can_be_shortened_or_set_to_zero(tmp_path: Path) -> None:
    served = {
        "DEBUG": "off",
        "SECRET_KEY": "s" * 60,
        "DATABASE_URL": "postgresql://u@h/d",
        "SFAPI_DATA_DIR": str(tmp_path),
    }
    assert "security.W004" not in start({**served, "SECURE_HSTS_SECONDS": "3600"}, "--deploy").stderr
    assert "security.W004" in start({**served, "SECURE_HSTS_SECONDS": "0"}, "--deploy").stderr


def settings_error(variables: dict[str, str]) -> str:
    """Return the settings' error for these variables. A command shows this error in one line."""
    with (
        mock.patch.dict(os.environ, {"SFAPI_ENV_FILE": "", **variables}, clear=True),
        pytest.raises(ImproperlyConfigured) as refusal,
    ):
        runpy.run_path(base.__file__)
    return str(refusal.value)


def start(
    variables: dict[str, str], *options: str, command: tuple[str, ...] = ("check",)
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *command, *options],
        cwd=ROOT,
        env={"SFAPI_ENV_FILE": "", **variables},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
