"""``camp_digest``: printed, posted to Slack, mailed; a channel that fails is told and does not stop the other."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from typing import Any

import pytest
from django.core import mail
from django.core.management import CommandError, call_command

from pardot.channels import slack

pytestmark = pytest.mark.django_db


class Slack:
    """A webhook that answers as told, and remembers what it got."""

    def __init__(self) -> None:
        self.answers: list[tuple[int, dict[str, str]]] = []
        self.messages: list[str] = []
        seen = self

        class Webhook(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                status, headers = seen.answers.pop(0) if seen.answers else (200, {})
                if status == 200:
                    seen.messages.append(body["text"])
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(b"ok" if status == 200 else b"no_service")

            def log_message(self, *arguments: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Webhook)
        self.url = f"http://127.0.0.1:{self.server.server_port}/services/T0/B0/hush"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()


@pytest.fixture
def webhook(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Slack]:
    monkeypatch.setattr(slack, "_PAUSE_SECONDS", 0.01)
    found = Slack()
    settings.SLACK_WEBHOOK_URL = found.url
    yield found
    found.server.shutdown()
    found.server.server_close()


def camp_digest(*arguments: str) -> str:
    said = StringIO()
    call_command("camp_digest", *arguments, stdout=said)
    return said.getvalue()


def test_without_send_it_is_only_printed(webhook: Slack) -> None:
    assert camp_digest().startswith("Camp digest, ")
    assert webhook.messages == []


def test_it_goes_to_slack_and_by_mail_once_each(webhook: Slack, settings: Any) -> None:
    settings.DIGEST_RECIPIENTS = ["ranger@camp.example", "scout@camp.example"]
    said = camp_digest("--send")
    assert said.splitlines() == ["sent to Slack", "sent to ranger@camp.example, scout@camp.example"]
    assert len(webhook.messages) == len(mail.outbox) == 1
    assert "Camp digest, " in webhook.messages[0]
    assert mail.outbox[0].to == ["ranger@camp.example", "scout@camp.example"]
    assert mail.outbox[0].subject == str(mail.outbox[0].body).partition("\n")[0]


def test_slack_that_is_busy_is_asked_again(webhook: Slack) -> None:
    webhook.answers = [(429, {"Retry-After": "0"}), (503, {})]
    assert camp_digest("--send") == "sent to Slack\n"
    assert len(webhook.messages) == 1


@pytest.mark.parametrize(
    ("answers", "says"),
    [
        ([(404, {})], "Slack: 404 no_service; is SLACK_WEBHOOK_URL the address of an active webhook?"),
        ([(500, {})] * 3, "Slack: 500 no_service; tried 3 times"),
    ],
)
def test_slack_that_refuses_is_told_and_the_mail_still_goes(
    webhook: Slack, settings: Any, answers: list[tuple[int, dict[str, str]]], says: str
) -> None:
    webhook.answers = answers
    settings.DIGEST_RECIPIENTS = ["ranger@camp.example"]
    with pytest.raises(CommandError) as refused:
        camp_digest("--send")
    assert str(refused.value) == says
    assert len(mail.outbox) == 1


def test_no_connection_to_slack_does_not_show_its_secret_address(webhook: Slack) -> None:
    webhook.server.shutdown()
    webhook.server.server_close()
    with pytest.raises(CommandError) as refused:
        camp_digest("--send")
    assert str(refused.value) == "Slack: no connection; tried 3 times"


def test_a_mail_server_that_is_away_is_told_and_slack_still_gets_it(webhook: Slack, settings: Any) -> None:
    settings.DIGEST_RECIPIENTS = ["ranger@camp.example"]
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    with pytest.raises(CommandError) as refused:
        camp_digest("--send")
    assert str(refused.value).startswith("mail: ")
    assert str(refused.value).endswith("is EMAIL_URL right?")
    assert len(webhook.messages) == 1


def test_with_nowhere_to_send_to_it_says_what_to_set() -> None:
    with pytest.raises(CommandError, match="set SLACK_WEBHOOK_URL or DIGEST_RECIPIENTS"):
        camp_digest("--send")
