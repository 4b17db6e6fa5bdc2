"""A concurrent merge into a table."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from sf.ingest.lock import lock_table_for_write


@contextmanager
def merging(table: str) -> Iterator[None]:
    """Lock the table as a merging sync does, as long as the context lasts."""
    held, done = threading.Event(), threading.Event()

    def merge() -> None:
        with transaction.atomic():
            lock_table_for_write(table)
            held.set()
            done.wait(60)
        connection.close()

    thread = threading.Thread(target=merge)
    thread.start()
    assert held.wait(60)
    try:
        yield
    finally:
        done.set()
        thread.join()
