"""Run work in threads while a test disturbs the service."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager


@contextmanager
def in_background(work: Sequence[Callable[[], None]], stop: threading.Event) -> Iterator[None]:
    """Run each function in a thread.

    At the end, set ``stop`` to end the threads, and raise the first error in the order of ``work``.
    """
    with ThreadPoolExecutor(len(work)) as pool:
        working = [pool.submit(each) for each in work]
        try:
            yield
        finally:
            stop.set()
        for each in working:
            each.result()
