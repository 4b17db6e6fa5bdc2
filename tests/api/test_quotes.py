"""No message of Salesforce that may quote a record reaches logs, cron's mail or Sentry."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import requests

from api.models import OutboundCase
from tests.api.cookies import UUID, CookieMaker
from tests.api.live.people import new_contact
from tests.api.outgoing import make_queued_cases
from tests.api.test_canary import server
from tests.conftest import Manage
from tests.sampling import sampled
from tests.sentry import listening_sentry
from tests.simulated import Simulator, environment

CANARY = "canary-3f9c private words"
QUOTING = f"data value too large: {CANARY} (max length=255)"

pytestmark = pytest.mark.django_db(transaction=True)


REFUSALS = [
    ("STRING_TOO_LONG", 400),
    ("UNKNOWN_EXCEPTION", 500),
    ("SOMETHING_NEW", 400),
    ("STORAGE_LIMIT_EXCEEDED", 400),
    ("UNABLE_TO_LOCK_ROW", 400),
    ("JSON_PARSER_ERROR", 400),
]


@pytest.mark.parametrize(
    ("code", "status", "cases"),
    [
        *sampled(*((code, status, 1) for code, status in REFUSALS), each=2),
        *sampled(*((code, status, 3) for code, status in REFUSALS), each=2, first=1),
    ],
)
def test_values_that_salesforce_quotes_reach_no_log_no_mail_and_no_sentry_event(
    simulator: Simulator, run_manage: Manage, cases: int, code: str, status: int
) -> None:
    make_queued_cases(cases)
    simulator.fail(
        "error", path="sobjects/Case|composite/sobjects", times=None, code=code, status=status, message=QUOTING
    )
    with listening_sentry() as sentry:
        done = run_manage("deliver_pending", SENTRY_DSN=sentry.dsn, LOGLEVEL="debug")
    assert CANARY not in done.stdout + done.stderr
    assert CANARY not in sentry.received
    case = OutboundCase.objects.all()[0]
    assert case.error_code == code
    assert CANARY in case.error_message, "operators need the message in the admin"


def test_the_logs_do_not_quote_an_html_error_page(simulator: Simulator, run_manage: Manage) -> None:
    make_queued_cases(1)
    body = f"<html><body>Error while saving {CANARY}</body></html>"
    simulator.fail("status", path="sobjects/Case", times=None, status=400, body=body)
    done = run_manage("deliver_pending", LOGLEVEL="debug")
    assert "not in Salesforce's own form" in done.stdout + done.stderr
    assert CANARY not in done.stdout + done.stderr


@pytest.mark.parametrize("code", ["UNKNOWN_EXCEPTION", "SOMETHING_NEW", "FIELD_CUSTOM_VALIDATION_EXCEPTION"])
def test_a_sync_that_is_refused_quotes_nothing(simulator: Simulator, run_manage: Manage, code: str) -> None:
    simulator.fail("error", path="query", times=2, code=code, status=400, message=QUOTING)
    with listening_sentry() as sentry:
        done = run_manage("sync_books", SENTRY_DSN=sentry.dsn, LOGLEVEL="debug", SALESFORCE_BULK_THRESHOLD="1000000")
    assert done.returncode == (0 if code == "UNKNOWN_EXCEPTION" else 1), "transient errors are retried"
    assert code in done.stderr
    assert CANARY not in done.stdout + done.stderr
    assert CANARY not in sentry.received


@pytest.mark.parametrize(("code", "status"), [("UNKNOWN_EXCEPTION", 500), ("STORAGE_LIMIT_EXCEEDED", 400)])
def test_a_failed_change_of_a_contact_logs_no_quoted_value(
    database: str, simulator: Simulator, cookies: CookieMaker, tmp_path: Path, code: str, status: int
) -> None:
    new_contact(simulator)
    simulator.fail("error", path="sobjects/Contact", times=None, code=code, status=status, message=QUOTING)
    variables = {
        **simulator.variables,
        "SSO_SIGNATURE_PUBLIC_KEY": cookies.public_pem,
        "SSO_ENCRYPTION_PRIVATE_KEY": cookies.encryption_key,
        "LOGLEVEL": "debug",
    }
    log = tmp_path / "server.log"
    with (
        listening_sentry() as sentry,
        server(environment({**variables, "SENTRY_DSN": sentry.dsn}, database), log) as url,
    ):
        answer = put_contact(url, cookies.cookie())
    assert answer.status_code == 503, answer.text
    assert code in log.read_text()
    assert CANARY not in log.read_text()
    assert CANARY not in sentry.received
    assert CANARY not in answer.text
    assert UUID not in sentry.received


def put_contact(url: str, cookie: str) -> requests.Response:
    session = requests.Session()
    session.cookies.set("oxa", cookie)
    token = session.get(f"{url}/api/v1/me", timeout=20).json()["csrf_token"]
    headers = {"X-CSRFToken": token, "Content-Type": "application/json"}
    return session.put(f"{url}/api/v1/contact", json.dumps({"first_name": CANARY}), headers=headers, timeout=20)
