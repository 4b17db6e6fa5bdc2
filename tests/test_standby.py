"""The standby of the tests is one: it follows, stands still, refuses changes, and takes over."""

from __future__ import annotations

import psycopg
import pytest

from tests.api.own_postgresql import own_postgresql
from tests.simulated import ROOT
from tests.standby import standby_of

FOLDER = ROOT / ".data" / "tests" / "standby"


def test_a_standby_follows_refuses_changes_stands_still_when_paused_and_takes_over() -> None:
    with own_postgresql(FOLDER / "primary") as primary, standby_of(primary, FOLDER / "standby") as standby:
        primary.rows("CREATE TABLE seen (number int)")
        primary.rows("INSERT INTO seen VALUES (1)")
        standby.catch_up()
        assert standby.rows("SELECT number FROM seen") == [(1,)]
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            standby.rows("INSERT INTO seen VALUES (2)")
        standby.pause()
        primary.rows("INSERT INTO seen VALUES (3)")
        assert standby.rows("SELECT number FROM seen") == [(1,)]
        standby.resume()
        standby.catch_up()
        assert standby.rows("SELECT number FROM seen") == [(1,), (3,)]
        standby.promote()
        standby.rows("INSERT INTO seen VALUES (4)")
        assert standby.rows("SELECT number FROM seen") == [(1,), (3,), (4,)]
