"""The camp digest is printed, posted to Slack and mailed.

When Slack fails, the mail is still sent; when the mail fails, Slack still gets the digest.
"""

from __future__ import annotations

import json
import re
import ssl
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from typing import Any

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from pardot.models import DigestDelivery, TeamMember
from pardot.reports import team_channels
from pardot.reports.channels import slack
from pardot.reports.channels.mail import send_mail_to

pytestmark = pytest.mark.django_db


NO_ANSWER = 0
"""In place of a status: the webhook takes the message, and closes the connection."""


class Slack:
    """A webhook that answers as the test says, and records the messages that it accepts."""

    def __init__(self) -> None:
        self.answers: list[tuple[int, dict[str, str]]] = []
        self.messages: list[str] = []
        recorder = self

        class Webhook(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                status, headers = recorder.answers.pop(0) if recorder.answers else (200, {})
                if status in {200, NO_ANSWER}:
                    recorder.messages.append(body["text"])
                if status == NO_ANSWER:
                    return
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
    instance = Slack()
    settings.SLACK_WEBHOOK_URL = instance.url
    yield instance
    instance.server.shutdown()
    instance.server.server_close()


def camp_digest(*arguments: str) -> str:
    output = StringIO()
    call_command("camp_digest", *arguments, stdout=output)
    return output.getvalue()


def test_without_send_the_digest_is_only_printed(webhook: Slack) -> None:
    assert camp_digest().startswith("Camp digest, ")
    assert webhook.messages == []


def test_the_digest_is_sent_to_slack_and_by_mail_once_each(webhook: Slack, settings: Any) -> None:
    settings.DIGEST_RECIPIENTS = ["ranger@camp.example", "scout@camp.example"]
    output = camp_digest("--send")
    assert output.splitlines() == ["sent to Slack", "sent to ranger@camp.example, scout@camp.example"]
    assert len(webhook.messages) == len(mail.outbox) == 1
    assert "Camp digest, " in webhook.messages[0]
    assert mail.outbox[0].to == ["ranger@camp.example", "scout@camp.example"]
    assert mail.outbox[0].subject == str(mail.outbox[0].body).partition("\n")[0]


def test_the_digest_is_sent_once_a_day_unless_again_is_given(webhook: Slack) -> None:
    camp_digest("--send")
    assert re.fullmatch(r"the digest was sent today at \d\d:\d\d; --again sends it once more\n", camp_digest("--send"))
    assert len(webhook.messages) == 1
    camp_digest("--send", "--again")
    assert len(webhook.messages) == 2
    DigestDelivery.objects.update(day=timezone.localdate() - timedelta(days=1))
    camp_digest("--send")
    assert len(webhook.messages) == 3


def test_a_digest_during_which_midnight_passes_is_not_the_next_days(
    webhook: Slack, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [datetime(2026, 11, 30, 23, 59, 50, tzinfo=UTC)]
    monkeypatch.setattr(timezone, "now", lambda: clock[0])

    def post_slowly(address: str, text: str) -> None:
        slack.post_to_slack(address, text)
        clock[0] += timedelta(seconds=20)

    monkeypatch.setattr(team_channels, "post_to_slack", post_slowly)
    camp_digest("--send")
    clock[0] = datetime(2026, 12, 1, 7, 0, tzinfo=UTC)
    assert camp_digest("--send") == "sent to Slack\n"
    assert [message.splitlines()[1] for message in webhook.messages] == [
        "Camp digest, Monday, November 30, 2026",
        "Camp digest, Tuesday, December 1, 2026",
    ]


@pytest.mark.django_db(transaction=True)
def test_two_hosts_at_the_same_moment_send_the_digest_once(webhook: Slack) -> None:
    def send(_: int) -> str:
        try:
            return camp_digest("--send")
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as hosts:
        outputs = sorted(hosts.map(send, range(2)))
    assert outputs[0] == "sent to Slack\n"
    assert "was sent today" in outputs[1]
    assert len(webhook.messages) == 1


def test_a_digest_that_was_not_delivered_is_sent_by_the_next_run(webhook: Slack) -> None:
    webhook.answers = [(404, {})]
    with pytest.raises(CommandError):
        camp_digest("--send")
    assert camp_digest("--send") == "sent to Slack\n"


def test_the_digest_is_sent_again_only_to_the_channel_that_failed(webhook: Slack, settings: Any) -> None:
    settings.DIGEST_RECIPIENTS = ["ranger@camp.example"]
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    with pytest.raises(CommandError, match="mail: "):
        camp_digest("--send")
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert camp_digest("--send") == "sent to ranger@camp.example\n"
    assert "was sent today" in camp_digest("--send")
    assert (len(webhook.messages), len(mail.outbox)) == (1, 1)


def test_a_channel_that_is_added_gets_todays_digest_too(webhook: Slack, settings: Any) -> None:
    camp_digest("--send")
    settings.DIGEST_RECIPIENTS = ["ranger@camp.example"]
    assert camp_digest("--send") == "sent to ranger@camp.example\n"
    assert len(webhook.messages) == 1


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("<!channel>", "&lt;!channel&gt;"),
        ("<https://evil.example|click here>", "&lt;https://evil.example|click here&gt;"),
        ("R&D &lt;3", "R&amp;D &amp;lt;3"),
        ("```", "`\u200b`\u200b`"),
        ("@channel @Here @everyone", "@\u200bchannel @\u200bHere @\u200beveryone"),
        ("Ann\n\nHigh priority\n- pay now", "Ann High priority - pay now"),
        ("Ann\u2028\x1b[2J\u202eeilA", "Ann [2J eilA"),
    ],
)
def test_special_characters_in_names_are_only_text_in_slack(webhook: Slack, name: str, shown: str) -> None:
    TeamMember.objects.create(name=name, areas=[])
    camp_digest("--send")
    [message] = webhook.messages
    assert f"- {shown}: " in message
    assert message.count("```") == 2


@pytest.mark.parametrize("name", ["Ann\n\nHigh priority\n- pay now", "Ann\r\nBcc: all@camp.example"])
def test_line_breaks_in_names_make_no_lines_in_the_mail(webhook: Slack, settings: Any, name: str) -> None:
    settings.DIGEST_RECIPIENTS = ["ranger@camp.example"]
    TeamMember.objects.create(name=name, areas=[])
    camp_digest("--send")
    assert f"- {' '.join(name.split())}: " in str(mail.outbox[0].body)


def test_a_subject_is_one_header() -> None:
    send_mail_to(["ranger@camp.example"], "Digest\r\nBcc: all@camp.example", "text")
    assert mail.outbox[0].message()["Subject"] == "Digest Bcc: all@camp.example"
    assert "Bcc" not in mail.outbox[0].message()


def test_a_busy_slack_gets_the_message_again(webhook: Slack) -> None:
    webhook.answers = [(429, {"Retry-After": "0"}), (503, {})]
    assert camp_digest("--send") == "sent to Slack\n"
    assert len(webhook.messages) == 1


def test_a_message_that_may_have_arrived_is_not_posted_again(webhook: Slack) -> None:
    webhook.answers = [(NO_ANSWER, {})]
    with pytest.raises(CommandError, match=r"^Slack: no answer \(ConnectionError\)$"):
        camp_digest("--send")
    assert len(webhook.messages) == 1


@pytest.mark.parametrize(
    ("answers", "says"),
    [
        ([(404, {})], "Slack: 404 no_service; is SLACK_WEBHOOK_URL the address of an active webhook?"),
        ([(500, {})] * 3, "Slack: 500 no_service; tried 3 times"),
    ],
)
def test_an_error_of_slack_is_reported_and_the_mail_is_still_sent(
    webhook: Slack, settings: Any, answers: list[tuple[int, dict[str, str]]], says: str
) -> None:
    webhook.answers = answers
    settings.DIGEST_RECIPIENTS = ["ranger@camp.example"]
    with pytest.raises(CommandError) as refused:
        camp_digest("--send")
    assert str(refused.value) == says
    assert len(mail.outbox) == 1


def test_a_failed_connection_to_slack_does_not_show_the_secret_address(webhook: Slack) -> None:
    webhook.server.shutdown()
    webhook.server.server_close()
    with pytest.raises(CommandError) as refused:
        camp_digest("--send")
    assert str(refused.value) == "Slack: no connection; tried 3 times"


@pytest.mark.parametrize("host", ["127.0.0.1", "mail..example"])
def test_an_unavailable_mail_server_is_reported_and_slack_still_gets_the_digest(
    webhook: Slack, settings: Any, host: str
) -> None:
    settings.DIGEST_RECIPIENTS = ["ranger@camp.example"]
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = host, 1
    with pytest.raises(CommandError) as refused:
        camp_digest("--send")
    assert str(refused.value).startswith("mail: ")
    assert str(refused.value).endswith("is EMAIL_URL right?")
    assert len(webhook.messages) == 1


def test_a_malformed_address_is_reported_and_slack_still_gets_the_digest(webhook: Slack, settings: Any) -> None:
    settings.DIGEST_RECIPIENTS = ["ranger@camp.example; scöut@camp.example"]
    with pytest.raises(CommandError, match="mail: the host, the login or an address is malformed"):
        camp_digest("--send")
    assert len(webhook.messages) == 1


def test_an_untrusted_certificate_of_the_mail_server_is_named(
    webhook: Slack, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(message: mail.EmailMessage) -> int:
        raise ssl.SSLCertVerificationError("certificate has expired")

    settings.DIGEST_RECIPIENTS = ["ranger@camp.example"]
    monkeypatch.setattr(mail.EmailMessage, "send", refuse)
    with pytest.raises(CommandError, match="certificate has expired"):
        camp_digest("--send")


def test_without_a_channel_the_command_says_what_to_set() -> None:
    with pytest.raises(CommandError, match="set SLACK_WEBHOOK_URL or DIGEST_RECIPIENTS"):
        camp_digest("--send")
