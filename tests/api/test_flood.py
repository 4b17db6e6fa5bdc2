"""For two minutes, send requests as fast as possible to several server processes (``make soak``)."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from tests.api import records
from tests.api.cookies import CookieMaker
from tests.api.served import gunicorn

SECONDS = 120
LIMIT, WINDOW = 5, 60.0
OTHER = "5a1d7c3e-0000-4000-8000-00000000abcd"


@pytest.mark.soak
@pytest.mark.timeout(300)
def test_at_most_five_requests_pass_in_any_minute_and_another_user_is_never_refused(
    database: str, cookies: CookieMaker
) -> None:
    records.school("Example College")
    service = gunicorn(
        database, SSO_SIGNATURE_PUBLIC_KEY=cookies.public_pem, SSO_ENCRYPTION_PRIVATE_KEY=cookies.encryption_key
    )
    with service as url, ThreadPoolExecutor(9) as pool:
        end = time.monotonic() + SECONDS
        mine = [pool.submit(flood, url, cookies.cookie(), end) for _ in range(8)]
        theirs = pool.submit(now_and_then, url, cookies.cookie(uuid=OTHER), end)
        passed = sorted(span for future in mine for span in future.result())
        assert set(theirs.result()) == {200}
    assert 2 * LIMIT <= len(passed) <= 3 * LIMIT
    # The server counts a request at some time between sending and answer.
    # So of any six passed requests in a row, measure from the sending of the first to the answer to the sixth.
    for (sent_at, _), (_, answered_at) in zip(passed, passed[LIMIT:], strict=False):
        assert answered_at - sent_at >= WINDOW


def flood(url: str, cookie: str, end: float) -> list[tuple[float, float]]:
    """Send requests without a pause.

    Return the times at which each passed request was sent and answered.
    """
    passed = []
    with requests.Session() as session:
        while (sent_at := time.monotonic()) < end:
            answer = session.get(f"{url}/api/v1/schools?name=example", headers={"Cookie": f"oxa={cookie}"}, timeout=30)
            assert answer.status_code in {200, 429}
            if answer.status_code == 200:
                passed.append((sent_at, time.monotonic()))
    return passed


def now_and_then(url: str, cookie: str, end: float) -> list[int]:
    """Send at most four requests per minute as another user, and return the statuses."""
    statuses = []
    while time.monotonic() < end:
        headers = {"Cookie": f"oxa={cookie}"}
        statuses.append(requests.get(f"{url}/api/v1/schools?name=example", headers=headers, timeout=30).status_code)
        time.sleep(WINDOW / (LIMIT - 1))
    return statuses
