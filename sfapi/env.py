"""Read environment variables strictly.

A variable is declared where a setting is made from it. ``Environment.declared`` lists all variables; a test compares
the list with ``.env.example`` and ``docs/settings.md``. The value of a variable may be in a file, as with secrets of
containers: ``SECRET_KEY_FILE=/run/secrets/key``. A value that cannot be read stops the start with one line that names
the variable.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, MutableMapping
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.core.exceptions import ImproperlyConfigured

from outgoing.sessions import find_authorities_problem
from outgoing.text import is_unicode
from sf.salesforce.userinfo import hide_userinfo
from sfapi.env_file import load_env_file, read_value
from sfapi.placeholders import explain_placeholder, is_placeholder
from sfapi.sync_every import parse_sync_every

_ON = {"1", "true", "yes", "on"}
_OFF = {"0", "false", "no", "off"}


class Environment:
    """Reads variables; an empty value counts as not set."""

    def __init__(self, values: MutableMapping[str, str]) -> None:
        self._values = values
        self.declared: dict[str, str] = {}
        """Every variable that was read, with its default as text."""
        self.placeholders: list[str] = []
        """Variables with a placeholder. With ``DEBUG`` they count as not set.

        Without ``DEBUG``, a placeholder stops the start.
        """
        self.overruled: list[str] = []
        """Variables of ``.env`` that have another value in the real environment. That other value wins."""

    @classmethod
    def load(cls, root: Path) -> Environment:
        """Load the process's environment, completed from ``.env`` in ``root``.

        Variables that are already set win. ``SFAPI_ENV_FILE`` names another file; if it is empty, no file is read.
        """
        overruled = load_env_file(root)
        environment = cls(os.environ)
        environment.overruled = overruled
        environment.declared["SFAPI_ENV_FILE"] = ".env"
        return environment

    def is_set(self, name: str) -> bool:
        return bool(self._get_value(name))

    def text(self, name: str, default: str = "") -> str:
        self.declared[name] = default
        return self._get_value(name) or default

    def _get_value(self, name: str) -> str:
        """Return the value or an empty string.

        With ``DEBUG``, a placeholder of ``.env.example`` or the documentation counts as empty. Without ``DEBUG``, a
        placeholder raises ``ImproperlyConfigured``.
        """
        value = self._get_raw_value(name)
        if not is_placeholder(name, value):
            return value
        if self._get_raw_value("DEBUG").lower() not in _ON:
            raise ImproperlyConfigured(explain_placeholder(name, value, self._values))
        if name not in self.placeholders:
            self.placeholders.append(name)
        return ""

    def _get_raw_value(self, name: str) -> str:
        """Return the value of the variable, or the content of the file that ``<name>_FILE`` names."""
        value, path = self._values.get(name, "").strip(), self._values.get(f"{name}_FILE", "").strip()
        if not is_unicode(value):
            raise ImproperlyConfigured(f"{name}: its value in the environment is not UTF-8")
        if not path:
            return value
        if value:
            raise ImproperlyConfigured(f"{name}, {name}_FILE: both are set; keep one of them")
        return read_value(f"{name}_FILE", path)

    def read_by_library(self, name: str) -> None:
        """Declare a variable that a library reads from the environment.

        The value is the path of a file, so ``<name>_FILE`` is refused.
        """
        if self._values.get(f"{name}_FILE", "").strip():
            raise ImproperlyConfigured(f"{name}_FILE: set {name} instead, which names the file itself")
        self.text(name)

    def flag(self, name: str, *, default: bool) -> bool:
        value = self.text(name, "on" if default else "off").lower()
        if value not in _ON | _OFF:
            raise refuse(name, value, "on or off")
        return value in _ON

    def integer(self, name: str, default: int, *, at_least: int = 0, at_most: int | None = None) -> int:
        value = self.text(name, str(default))
        form = f"a whole number from {at_least}" + (f" to {at_most}" if at_most else " on")
        if not re.fullmatch(r"[0-9]{1,12}", value):
            raise refuse(name, value, form)
        number = int(value)
        if number < at_least or (at_most is not None and number > at_most):
            raise refuse(name, value, form)
        return number

    def fraction(self, name: str, default: float) -> float:
        value = self.text(name, str(default))
        try:
            number = float(value)
        except ValueError:
            number = -1.0
        if not 0 < number <= 1:
            raise refuse(name, value, "a number above 0 and up to 1")
        return number

    def choice(self, name: str, options: Iterable[str], default: str) -> str:
        value = self.text(name, default).lower()
        if value not in set(options):
            raise refuse(name, value, "one of " + ", ".join(options))
        return value

    def names(self, name: str, default: str = "") -> list[str]:
        """Return the entries of a comma-separated list."""
        return [part.strip() for part in self.text(name, default).split(",") if part.strip()]

    def sync_every(self, name: str, default: str) -> dict[str, timedelta]:
        """Return the pause between two syncs of each object."""
        value = self.text(name, default)
        try:
            return parse_sync_every(value)
        except ValueError as error:
            raise ImproperlyConfigured(f"{name}: {error}") from None

    def networks(self, name: str) -> list[IPv4Network | IPv6Network]:
        """Return the IP addresses and networks of a comma-separated list."""
        networks = []
        for part in self.names(name):
            try:
                networks.append(ip_network(part))
            except ValueError:
                raise refuse(name, part, "an address or network such as 10.0.0.0/8") from None
        return networks

    def url(
        self,
        name: str,
        default: str = "",
        *,
        schemes: tuple[str, ...] = ("https",),
        userinfo: bool = False,
        example: str = "",
    ) -> str:
        """Return an absolute URL without a trailing slash, or an empty string.

        A user name and a password are refused, except with ``userinfo``.
        """
        value = self.text(name, default)
        if not value:
            return ""
        if not _is_url(value, schemes):
            form = f"a URL that begins with {' or '.join(s + '://' for s in schemes)}"
            raise refuse(name, value, f"{form}, such as {example}" if example else form)
        if "@" in urlsplit(value).netloc and not userinfo:
            raise refuse(name, value, "a URL without a user name and password")
        return value.rstrip("/")

    def host_and_port(self, name: str, default: str) -> str:
        value = self.text(name, default)
        host, _, port = value.rpartition(":")
        if not re.fullmatch(r"[A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\]", host) or not re.fullmatch(r"[0-9]{1,5}", port):
            raise refuse(name, value, f"host:port such as {default}")
        return value

    def sentry_dsn(self, name: str) -> str:
        """Return the address of Sentry, or an empty string. A wrong value is not shown: it may contain a key."""
        value = self.text(name)
        parts = split_url(value)
        whole = _is_url(value, ("https", "http")) and parts.username
        if value and not (whole and re.search(r"/[0-9]+$", parts.path)):
            raise ImproperlyConfigured(f"{name}: is not of the form https://key@host/number")
        return value

    def pem(self, name: str) -> str:
        r"""Return a key. Line breaks may be written as ``\n``, and in a PEM also in other usual ways."""
        value = self.text(name)
        if "-----BEGIN" not in value:
            return value.replace("\\n", "\n")
        lines = re.sub(r"\\+[rn]", "\n", value).splitlines()
        return "\n".join(line for line in lines if line.strip())

    def time_zone(self, name: str, default: str) -> str:
        value = self.text(name, default)
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise refuse(name, value, "a time zone such as America/Chicago") from None
        return value

    def api_version(self, name: str, default: str) -> str:
        value = self.text(name, default).removeprefix("v")
        if not re.fullmatch(r"[0-9]{2,3}\.0", value):
            raise refuse(name, value, "an API version such as 64.0")
        return value

    def field_name(self, name: str) -> str:
        """Return the API name of a custom field of Salesforce, or an empty string."""
        value = self.text(name)
        if value and not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,75}__c", value):
            raise refuse(name, value, "the API name of a custom field such as SFAPI_Id__c")
        return value

    def development_only(self, name: str, *, debug: bool) -> str:
        """Return a value that would be dangerous in production.

        Raises ``ImproperlyConfigured`` when the variable is set without ``debug``.
        """
        value = self.text(name)
        if value and not debug:
            raise ImproperlyConfigured(f"{name}: only allowed with DEBUG=on; remove it")
        return value

    def all_or_none(self, purpose: str, *names: str) -> bool:
        """Return whether all these variables are set.

        Raises ``ImproperlyConfigured`` when some of the variables are set and others are missing.
        """
        missing = [name for name in names if not self.is_set(name)]
        if missing and len(missing) < len(names):
            raise ImproperlyConfigured(f"{', '.join(missing)}: not set, but needed for {purpose}")
        return not missing


def check_authorities() -> None:
    """Raise ``ImproperlyConfigured`` when the file of certificate authorities is unusable for HTTPS."""
    if problem := find_authorities_problem():
        raise ImproperlyConfigured(problem)


def split_url(value: str) -> SplitResult:
    """Return the parts of a URL; empty parts if it cannot be split.

    No error is raised, because its message could quote a password.
    """
    try:
        return urlsplit(value)
    except ValueError:
        return urlsplit("")


def _is_url(value: str, schemes: tuple[str, ...]) -> bool:
    parts = split_url(value)
    try:
        port = parts.port
    except ValueError:
        return False
    return parts.scheme in schemes and bool(parts.hostname) and port != 0 and not re.search(r"\s", value)


def refuse(name: str, value: str, form: str) -> ImproperlyConfigured:
    """Return the error to raise. Parts of the value that may be a password are not shown."""
    value = hide_userinfo(value)
    shown = value if len(value) <= 40 else value[:40] + "…"
    return ImproperlyConfigured(f"{name}: {shown!r} is not {form}")
