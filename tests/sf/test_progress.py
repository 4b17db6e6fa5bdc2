"""The lines that a long sync prints where there is no terminal."""

from __future__ import annotations

import io
from types import SimpleNamespace

import pytest

from sf.ingest.progress import LineProgress


def test_the_rate_of_a_resumed_read_does_not_count_the_rows_of_the_earlier_run(monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = iter([0.0, 100.0, 110.0])
    monkeypatch.setattr("sf.ingest.progress.time", SimpleNamespace(monotonic=lambda: next(seconds)))
    output = io.StringIO()
    line = LineProgress(output)
    line.show_read("contacts", "", total=60_000, done=50_000)
    line.show_rows(2_000)
    assert output.getvalue() == "contacts: 52,000 of 60,000 rows, 200 a second\n"
