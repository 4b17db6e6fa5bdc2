"""Django's PostgreSQL backend, with time limits and a cheaper check that a connection still works."""

from __future__ import annotations

import select
from functools import partial
from typing import Any

from django.db.backends.postgresql import base

from sfapi.postgresql.limits import Limits, make_limited_cursor, set_limits


class DatabaseWrapper(base.DatabaseWrapper):
    health_check_done: bool
    shares_sessions = False
    """True behind a pooler, where settings and prepared statements of a session may reach another client."""

    def get_new_connection(self, conn_params: Any) -> Any:
        """Open a connection. ``GIVE_UP_SECONDS`` limits each wait for an answer on the open connection."""
        connection = super().get_new_connection(conn_params)
        if seconds := self.settings_dict.get("GIVE_UP_SECONDS"):
            connection.wait = partial(connection.wait, timeout=seconds)
        return connection

    def init_connection_state(self) -> None:
        super().init_connection_state()
        in_address = self.settings_dict["OPTIONS"].get("options", "")
        limits = {name: limit for name, limit in self._get_limits().items() if name not in in_address}
        self.shares_sessions = set_limits(self.connection, limits)
        if self.shares_sessions:
            self.connection.prepare_threshold = None
            self.connection.cursor_factory = make_limited_cursor(limits)
            self.settings_dict["DISABLE_SERVER_SIDE_CURSORS"] = True

    def _get_limits(self) -> Limits:
        limits: Limits = self.settings_dict.get("TIME_LIMITS", {})
        return limits

    def close_if_health_check_failed(self) -> None:
        """Skip Django's ``SELECT 1`` at the first use in a request: it was a quarter of all round trips.

        When PostgreSQL stops, it closes the connection. This machine's kernel then reports something to read, although
        no query was sent. Only in this case is ``SELECT 1`` sent.
        """
        if self.connection is not None and not self.health_check_done and not _has_something_to_read(self.connection):
            self.health_check_done = True
        super().close_if_health_check_failed()


def _has_something_to_read(connection: Any) -> bool:
    if connection.closed:
        return True
    look = select.poll()
    look.register(connection.fileno(), select.POLLIN)
    return bool(look.poll(0))
