"""Work that continues in threads while a test does something to the service."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager


@contextmanager
def in_background(work: Sequence[Callable[[], None]], ended: threading.Event) -> Iterator[None]:
    """Run each function in a thread. At the end set ``ended``, which they watch, and raise what one of them raised."""
    with ThreadPoolExecutor(len(work)) as pool:
        working = [pool.submit(each) for each in work]
        try:
            yield
        finally:
            ended.set()
        for each in working:
            each.result()
