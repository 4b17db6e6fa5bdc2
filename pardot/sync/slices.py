"""The state of a read from Pardot in slices: its division, and the progress of each slice.

Slices are spans of ``createdAt``, and rows are read in the order of their ids. Neither value ever changes, so no row is
missed when rows change during a read. After an interruption, a slice continues with ``idGreaterThan`` the last
staged id; after an expired page token, with ``idGreaterThan`` the last fetched id.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any, Self

SLICES = 8
"""The number of slices into which a long read is divided.
There are more slices than threads, so that one long slice delays the end less."""


@dataclass(frozen=True)
class Slice:
    """The records created from ``after`` on, but before ``before`` (empty: no bound).

    Its records with ids up to ``behind`` are staged or set aside.
    """

    after: str = ""
    before: str = ""
    behind: int = 0
    done: bool = False

    @property
    def params(self) -> dict[str, str]:
        bounds = {"createdAtAfterOrEqualTo": self.after, "createdAtBefore": self.before}
        return {name: value for name, value in bounds.items() if value}


@dataclass(frozen=True)
class SlicedRead:
    """An unfinished read, as ``SyncRun.resume_state`` stores it. Times are ISO 8601."""

    mode: str
    began: str
    fingerprint: str
    slices: tuple[Slice, ...]
    changed_since: str = ""
    """Read only records that changed at this time or later; empty: all records."""
    created_since: str = ""
    """Read only records that were created at this time or later; empty: all records."""
    rows: int = 0
    staged: int = 0
    """The number of rows in the staging table: ``rows`` without set-aside ones."""
    withheld: bool = False
    split: bool = False
    confirmed: bool = False
    """True when the ends of the slices were read again, and no more rows came."""
    previous_watermark: str | None = None

    @property
    def began_at(self) -> datetime:
        return datetime.fromisoformat(self.began)

    @property
    def is_full(self) -> bool:
        return self.mode == "full"

    def with_page(self, index: int, *, rows: int, set_aside: int, behind: int, done: bool, withheld: bool) -> Self:
        slices = list(self.slices)
        slices[index] = replace(slices[index], behind=behind, done=done)
        return replace(
            self,
            slices=tuple(slices),
            rows=self.rows + rows,
            staged=self.staged + rows - set_aside,
            withheld=self.withheld or withheld,
        )

    def divide(self, earliest: datetime) -> Self:
        """Divide the only slice into equal spans of the time from ``earliest`` to the start of the read.

        ``earliest`` is when the last record of the first page was created. Most records after that page were created in
        this time; the first and the last slice include the others.
        """
        whole = self.slices[0]
        step = (self.began_at - earliest) / SLICES
        bounds = (
            [format_api_date(earliest + step * place) for place in range(1, SLICES)]
            if step.total_seconds() >= 1
            else []
        )
        spans = zip([whole.after, *bounds], [*bounds, whole.before], strict=True)
        return replace(
            self, split=True, slices=tuple(replace(whole, after=after, before=before) for after, before in spans)
        )

    def reopened(self) -> Self:
        """Reopen all slices after their last rows, to check that no more rows follow."""
        return replace(self, slices=tuple(replace(part, done=False) for part in self.slices))

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, values: Any) -> SlicedRead | None:
        """Return the state; ``None`` when another release stored it in another form."""
        try:
            return cls(**{**values, "slices": tuple(Slice(**part) for part in values["slices"])})
        except (TypeError, KeyError):
            return None


def format_api_date(moment: datetime) -> str:
    """Return a time in the API's form: whole seconds, an offset, never ``Z``."""
    return moment.astimezone(UTC).isoformat(timespec="seconds")
