"""One sync audits while the next one merges: both lock in the same order, so there is no deadlock."""

from __future__ import annotations

from contextlib import ExitStack

import pytest
from django.db import connection

from tests.api.live.locks import merging
from tests.pardot.remote import Pardot
from tests.sf.processes import Start, wait_for

pytestmark = pytest.mark.django_db(transaction=True)

WAITING = """
    SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE NOT granted AND datname = current_database()
"""


def waiting() -> int:
    with connection.cursor() as cursor:
        cursor.execute(WAITING)
        return int(cursor.fetchone()[0])


@pytest.mark.parametrize(
    ("merged", "entity", "audits_at"),
    [
        ("pardot_form", "forms", "pardot_auditsummary"),
        pytest.param("pardot_campaign", "campaigns", "pardot_auditsummary", marks=pytest.mark.soak),
        (
            "pardot_salesforcecampaign",
            "sf_campaign_dates",
            "pardot_form",
        ),  # has locked the campaigns, which the merge needs
    ],
)
def test_audits_and_the_merge_of_the_next_sync_both_end(
    surveyed: Pardot, start: Start, merged: str, entity: str, audits_at: str
) -> None:
    with ExitStack() as audits, ExitStack() as merge:
        audits.enter_context(merging(audits_at))
        first = start("camp_sync", "--entities", "folders")
        wait_for(lambda: waiting() == 1)  # the first sync has read everything and released its lease
        merge.enter_context(merging(merged))
        second = start("camp_sync", "--entities", entity, "--full")
        wait_for(lambda: waiting() == 2)
        merge.close()
        wait_for(lambda: waiting() == 2 or second.poll() is not None)
        audits.close()
        results = [(*process.communicate(timeout=60), process.returncode) for process in (first, second)]
    assert [status for *_, status in results] == [0, 0], results
