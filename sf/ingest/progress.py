"""Show the progress of a run: a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from typing import TextIO

from tqdm import tqdm

from sf.ingest.sync import Progress

LINE_SECONDS = 10.0
"""The least number of seconds between two plain lines of a read."""


def make_progress(stream: TextIO, *, quiet: bool = False) -> Progress:
    """Return the kind of progress display that suits the output."""
    if quiet:
        return SilentProgress()
    # When output is JSON, each line on standard error becomes a warning. Progress is no warning, so it goes to the
    # stream ``for_information``.
    return BarProgress(stream) if stream.isatty() else LineProgress(getattr(stream, "for_information", stream))


MANY_ROWS = 10_000
"""Merges of fewer rows end before anyone could read a line about them."""


class SilentProgress:
    def show_read(self, name: str, how: str, total: int | None, done: int) -> None:
        pass

    def show_rows(self, rows: int) -> None:
        pass

    def show_merge(self, name: str) -> None:
        pass

    def close(self) -> None:
        pass


class BarProgress:
    """A progress bar with rate and time left."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._bar: tqdm[None] | None = None

    def show_read(self, name: str, how: str, total: int | None, done: int) -> None:
        if self._bar is not None and not how:
            self._bar.total = total
            self._bar.refresh()
            return
        self.close()
        self._bar = tqdm(
            total=total, initial=done, desc=f"{name:<14}", unit=" rows", unit_scale=True, file=self._stream,
            leave=False, dynamic_ncols=True, mininterval=0.1,
        )  # fmt: skip

    def show_rows(self, rows: int) -> None:
        if self._bar is not None:
            self._bar.update(rows)

    def show_merge(self, name: str) -> None:
        if self._bar is not None:
            self._bar.set_description(f"{name:<14} merging")

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None


class LineProgress:
    """Writes a line when a read begins, at most every ten seconds during it, and before a large merge."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._name, self._done, self._resumed_at = "", 0, 0
        self._total: int | None = None
        self._began = self._last_line_at = time.monotonic()

    def show_read(self, name: str, how: str, total: int | None, done: int) -> None:
        if how:
            self._say(f"{name}: {how}" + ("" if total is None else f": {total:,} rows"))
        self._name, self._total, self._done, self._resumed_at = name, total, done, done
        self._began = self._last_line_at = time.monotonic()

    def show_rows(self, rows: int) -> None:
        self._done += rows
        now = time.monotonic()
        if now - self._last_line_at >= LINE_SECONDS:
            rate = (self._done - self._resumed_at) / (now - self._began)
            of_all = "" if self._total is None else f" of {self._total:,}"
            self._say(f"{self._name}: {self._done:,}{of_all} rows, {rate:,.0f} a second")
            self._last_line_at = now

    def show_merge(self, name: str) -> None:
        if self._done >= MANY_ROWS:
            self._say(f"{name}: merging {self._done:,} rows")

    def close(self) -> None:
        pass

    def _say(self, line: str) -> None:
        self._stream.write(f"{line}\n")
        self._stream.flush()
