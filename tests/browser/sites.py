"""Run the service for browser tests, on databases that many tests share.

Tests read the data, or change it and restore it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.api.cookies import CookieMaker
from tests.api.served import gunicorn

SUPER_USER = "5b0a4f3e-1d27-4a69-9f0e-2c8b7d61a935"
VISITOR = "c1de9a70-64b8-4d0c-8a57-0f3b9e2d7c46"


@dataclass(frozen=True)
class Site:
    """A running service and the database behind it."""

    url: str
    database: str
    cookies: CookieMaker
    modules: Mapping[str, str]
    """Name → address of each JavaScript module: ``core/api`` → ``/static/js/core/api.4f1d….js``."""


@contextmanager
def serve(database: str, cookies: CookieMaker, deployed: Mapping[str, str], **variables: str) -> Iterator[Site]:
    """Run the site with collected static files and production settings, except HTTPS."""
    keys = {"SSO_SIGNATURE_PUBLIC_KEY": cookies.public_pem, "SSO_ENCRYPTION_PRIVATE_KEY": cookies.encryption_key}
    with gunicorn(database, workers=1, **{**deployed, **keys, **variables}) as url:
        # Browsers treat localhost like HTTPS, so secure cookies work.
        yield Site(
            url.replace("127.0.0.1", "localhost"), database, cookies, _modules(Path(deployed["COLLECTED_STATIC"]))
        )


def _modules(collected: Path) -> dict[str, str]:
    names: dict[str, str] = json.loads((collected / "staticfiles.json").read_text())["paths"]
    return {
        name.removeprefix("js/").removesuffix(".js"): f"/static/{address}"
        for name, address in names.items()
        if name.startswith("js/")
    }
