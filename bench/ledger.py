"""Measure how much time the ledger of findings adds to the audits (10,000 assets, 20,000 prospects)."""

from __future__ import annotations

import json
from collections.abc import Iterator

from bench.camp_data import CampSize, fill_camp
from bench.report import Result
from bench.world import world

SIZE = CampSize(prospects=20_000, activities=100_000, assets=10_000)
MOST = 1.25
"""The most time with the ledger, on a night with few changes, as a multiple of the time without."""

# One process measures both: audits without and with the ledger take turns, and two percent of the forms change before
# each turn. The first night is measured separately, because every finding is new then.
_MEASURE = """
import json, statistics, time
from django.db import connection, transaction
from pardot.audits.inputs import load_audit_inputs
from pardot.audits.run import AUDITS, run_audits
from pardot.models import Finding

def without():
    inputs = load_audit_inputs()
    for audit in AUDITS:
        audit.run(inputs)

def seconds(run):
    began = time.perf_counter()
    with transaction.atomic():
        run()
    return time.perf_counter() - began

Finding.objects.all().delete()
first = seconds(run_audits)
plain, recorded = [], []
for night in range(RUNS):
    for turn, (run, times) in enumerate([(without, plain), (run_audits, recorded)]):
        with connection.cursor() as cursor:
            cursor.execute("UPDATE pardot_form SET campaign_id = CASE WHEN campaign_id IS NULL THEN 1 END "
                           "WHERE id %% 50 = %s", [(2 * night + turn) % 50])
        times.append(seconds(run))
print(json.dumps([first, statistics.median(plain), statistics.median(recorded), Finding.objects.count()]))
"""


def ledger(divisor: int, runs: int) -> Iterator[Result]:
    """Compare how long the audits take without the ledger, and with it.

    ``divisor`` shrinks the data, to check that the benchmark works.
    """
    with world(200) as here:
        fill_camp(here, SIZE.part(divisor))
        script = _MEASURE.replace("RUNS", str(max(runs, 3) * 5))
        output = here.manage("shell", "--verbosity=0", "-c", script).output.split("\n")[-2]
    first, plain, recorded, findings = json.loads(output)
    yield Result(
        f"audits of {SIZE.assets // divisor:,} assets with the ledger of findings",
        f"{recorded / plain:.2f} × the time without it",
        f"at most {MOST} ×",
        recorded / plain <= MOST,
        f"{findings:,} findings; {recorded * 1000:,.0f} ms against {plain * 1000:,.0f} ms, "
        f"and {first * 1000:,.0f} ms on the first night",
    )
