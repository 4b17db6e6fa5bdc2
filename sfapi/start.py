"""Start a web process."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_CANNOT_START = 3
"""The exit status after which gunicorn ends instead of starting a process again."""


@contextmanager
def quick_start() -> Iterator[None]:
    """Load everything, the routes too, before the first request, with the garbage collector switched off.

    Objects made at the start stay until the process ends. Examining them for collection took a sixth of the start time.
    """
    gc.disable()
    try:
        _load_settings()
        yield
        from django.urls import get_resolver  # noqa: PLC0415 - Django must be loaded in here

        _ = get_resolver().url_patterns
    finally:
        gc.freeze()
        gc.enable()


def _load_settings() -> None:
    """Load the settings; when they are wrong, end the process with one line instead of several tracebacks."""
    from django.conf import settings  # noqa: PLC0415
    from django.core.exceptions import ImproperlyConfigured  # noqa: PLC0415

    try:
        _ = settings.SECRET_KEY
    except ImproperlyConfigured as error:
        sys.stderr.write(f"Configuration error: {' '.join(str(error).split())}\n")
        sys.exit(_CANNOT_START)
