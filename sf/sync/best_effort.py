"""Do work that its caller can continue without, such as counts and log rows: a failure is only logged."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import InterfaceError, OperationalError, connection

from sf.salesforce.errors import SalesforceError

logger = logging.getLogger(__name__)

_EXPECTED = (OperationalError, InterfaceError, SalesforceError)
"""Exceptions that are not bugs.

Any other exception counts as a bug, unless its code is in ``NOT_MIGRATED``. The traceback of a bug is logged.
"""

NOT_MIGRATED = {"42P01", "42703"}
"""PostgreSQL's codes for a missing table or column: ``migrate`` has not run."""


@contextmanager
def best_effort(purpose: str) -> Iterator[None]:
    """Run the block; log its exception and continue with a working database connection.

    Inside a transaction the exception is raised, because PostgreSQL may have aborted the transaction.
    """
    try:
        yield
    except Exception as error:
        if connection.in_atomic_block:
            raise
        if isinstance(error, _EXPECTED) or getattr(error.__cause__, "sqlstate", "") in NOT_MIGRATED:
            logger.error("%s: failed; everything else continues: %s", purpose, " ".join(str(error).split()))
        else:
            logger.exception("%s: failed; everything else continues", purpose)
        connection.close_if_unusable_or_obsolete()
