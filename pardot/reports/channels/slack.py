"""Post a message to Slack's incoming webhook.

Sources in Slack's API documentation:

- "Sending messages using incoming webhooks": a success is 200 with the text ``ok``. A 429 has ``Retry-After``. Other
  refusals have the reason in the body.
- "Formatting text": ``& < >`` are sent as entities.
"""

from __future__ import annotations

import time

import requests

from outgoing.failures import never_arrived
from outgoing.sessions import OutgoingSession
from outgoing.text import escape_for_slack
from pardot.reports.channels.errors import NotDelivered

ATTEMPTS = 3
TIMEOUT_SECONDS = 10
LONGEST_WAIT_SECONDS = 30
_PAUSE_SECONDS = 1.0
_TRY_AGAIN = {429, 500, 502, 503, 504}


def post_to_slack(webhook: str, text: str) -> None:
    """Post ``text`` as a preformatted message. Raises ``NotDelivered``.

    The post is retried when no connection can be made, or Slack answers 429, 500, 502, 503 or 504. It is not retried
    when the answer times out or the connection breaks later, because the message may have arrived.
    """
    body = {"text": f"```\n{escape_for_slack(text.rstrip())}\n```", "unfurl_links": False, "unfurl_media": False}
    session = OutgoingSession()
    for attempt in range(1, ATTEMPTS + 1):
        try:
            answer = session.post(webhook, json=body, timeout=TIMEOUT_SECONDS)
        except requests.RequestException as error:
            # Leave the error's text out: it contains the webhook's URL, which is a secret.
            if not (isinstance(error, requests.ConnectionError) and never_arrived(error)):
                raise NotDelivered(f"Slack: no answer ({type(error).__name__})") from None
            reason, pause = "no connection", _PAUSE_SECONDS * attempt
        else:
            if answer.status_code < 300:
                return
            reason = f"{answer.status_code} {answer.text[:100].strip()}".strip()
            if answer.status_code not in _TRY_AGAIN:
                raise NotDelivered(f"Slack: {reason}; is SLACK_WEBHOOK_URL the address of an active webhook?")
            pause = _compute_pause(answer, attempt)
        if attempt < ATTEMPTS:
            time.sleep(pause)
    raise NotDelivered(f"Slack: {reason}; tried {ATTEMPTS} times")


def _compute_pause(answer: requests.Response, attempt: int) -> float:
    seconds = answer.headers.get("Retry-After", "")
    return min(float(seconds), LONGEST_WAIT_SECONDS) if seconds.isdigit() else _PAUSE_SECONDS * attempt
