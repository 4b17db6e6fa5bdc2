"""Read Django's mail server from ``EMAIL_URL``, and the addresses of mail."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import unquote

from django.core.exceptions import ImproperlyConfigured
from django.core.mail.message import sanitize_address

from sfapi.env import Environment, refuse, split_url

_PORTS = {"smtp": 25, "smtp+tls": 587, "smtps": 465}


@dataclass(frozen=True)
class MailServer:
    """The destination of mail; without a host, the console."""

    backend: str = "django.core.mail.backends.console.EmailBackend"
    host: str = ""
    port: int = 0
    user: str = ""
    password: str = ""
    starts_tls: bool = False
    is_tls: bool = False


def parse_mail_server(env: Environment) -> MailServer:
    """Parse ``EMAIL_URL``: ``smtps://user:password@host:port``, ``smtp+tls://…`` (STARTTLS), ``smtp://…``."""
    url = env.text("EMAIL_URL")
    if not url:
        return MailServer()
    parts = split_url(url)
    try:
        port = parts.port or _PORTS.get(parts.scheme)
    except ValueError:
        port = None
    # Without escaping, "/", "?" or "#" in a password ends the host early.
    rest = parts.path.strip("/") or parts.query or parts.fragment
    if port is None or parts.scheme not in _PORTS or not parts.hostname or rest:
        # The URL is not shown: it contains a password.
        raise ImproperlyConfigured("EMAIL_URL: is not of the form smtp+tls://user:password@host:port (or smtps, smtp)")
    return MailServer(
        backend="django.core.mail.backends.smtp.EmailBackend",
        host=parts.hostname,
        port=port,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        starts_tls=parts.scheme == "smtp+tls",
        is_tls=parts.scheme == "smtps",
    )


def parse_recipients(env: Environment, name: str) -> list[str]:
    """Return the addresses of a comma-separated list."""
    return [_require_mailbox(name, part) for part in env.names(name)]


def parse_sender(env: Environment, name: str, default: str) -> str:
    return _require_mailbox(name, env.text(name, default))


def _require_mailbox(name: str, value: str) -> str:
    """Return one address, alone or after a name. Django refuses others only when it sends mail."""
    try:
        is_mailbox = "@" in sanitize_address(value, "utf-8")
    except Exception:  # noqa: BLE001 - Python's parser raises ValueError, but for a single quote IndexError
        is_mailbox = False
    if not is_mailbox:
        raise refuse(name, value, "an email address such as ranger@example.org")
    return value
