"""A made-up ``SECRET_KEY`` for development, kept so that sessions survive a restart."""

from __future__ import annotations

import secrets
import time
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured


def ensure_secret_key(data_dir: Path, *, allowed: bool) -> str:
    if not allowed:
        raise ImproperlyConfigured("SECRET_KEY: not set; it is required. For development set DEBUG=on instead")
    path = data_dir / "secret_key"
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        with path.open("x") as file:
            path.chmod(0o600)
            file.write(secrets.token_urlsafe(50))
    except FileExistsError:
        pass
    except OSError as error:
        raise _make_refusal(error) from error
    # Two processes may begin at once: the second waits up to 5 s until the first has written.
    for _ in range(50):
        try:
            key = path.read_text()
        except OSError as error:
            raise _make_refusal(error) from error
        if key:
            return key
        time.sleep(0.1)
    raise ImproperlyConfigured(f"SECRET_KEY: {path} is empty; remove it")


def _make_refusal(error: OSError) -> ImproperlyConfigured:
    return ImproperlyConfigured(f"SFAPI_DATA_DIR: {error.filename}: {error.strerror}")
