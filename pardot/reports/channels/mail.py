"""Send a message as plain-text mail."""

from __future__ import annotations

import smtplib
from collections.abc import Sequence

from django.core.mail import EmailMessage

from outgoing.text import to_one_line
from pardot.reports.channels.errors import NotDelivered


def send_mail_to(recipients: Sequence[str], subject: str, text: str, *, stop_address: str = "") -> None:
    """Send one message to all recipients.

    Raises ``NotDelivered`` when the server is unavailable, or refuses the login, the message or all recipients.

    With a ``stop_address``, mail programs show a button to unsubscribe (RFC 8058).
    """
    message = EmailMessage(subject=to_one_line(subject), body=text, to=list(recipients))
    if stop_address:
        message.extra_headers = {
            "List-Unsubscribe": f"<{stop_address}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }
    try:
        message.send()
    except smtplib.SMTPResponseException as error:
        reason = error.smtp_error.decode(errors="replace") if isinstance(error.smtp_error, bytes) else error.smtp_error
        raise NotDelivered(f"mail: the server answered {error.smtp_code} {reason}") from error
    except (smtplib.SMTPException, OSError) as error:
        raise NotDelivered(f"mail: {error}; is EMAIL_URL right?") from error
    except ValueError:
        # For example, the host "a..b" or the address "a b". Leave the error's text out: it may quote the password.
        raise NotDelivered("mail: the host, the login or an address is malformed; is EMAIL_URL right?") from None
