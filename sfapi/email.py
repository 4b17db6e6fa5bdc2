"""Read Django's mail server from ``EMAIL_URL``."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import unquote

from django.core.exceptions import ImproperlyConfigured

from sfapi.env import Environment, split_url

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
    if port is None or parts.scheme not in _PORTS or not parts.hostname:
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
