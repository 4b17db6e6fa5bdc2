"""How a web process starts."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def quick_start() -> Iterator[None]:
    """Load everything, the routes too, before the first request, and keep the garbage collector out of it.

    What a start makes stays for good: looking through it again and again took a sixth of the time.
    """
    gc.disable()
    try:
        yield
        from django.urls import get_resolver  # noqa: PLC0415 - Django must be loaded in here

        _ = get_resolver().url_patterns
    finally:
        gc.freeze()
        gc.enable()
