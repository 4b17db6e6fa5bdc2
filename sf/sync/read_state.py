"""The point at which the next run continues a read from Salesforce."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Self

from sf.models import SyncRun


@dataclass(frozen=True)
class ReadState:
    """A read from Salesforce under way. Times are ISO 8601."""

    mode: str
    transport: str
    soql: str
    began: str
    """The start, by PostgreSQL's clock. A full read removes no cached row written since then."""
    instance_url: str
    api_version: str
    fingerprint: str
    organization_id: str = ""
    replace: bool = False
    """The merge first removes cached rows that were written before the read began (``--forcedelete``)."""
    read_id: str = ""
    cursor: str = ""
    pages: int = 0
    rows: int = 0
    staged: int = 0
    """The number of rows in the staging table: ``rows`` without the rows set aside during staging."""
    announced: int | None = None
    previous_watermark: str | None = None

    @property
    def is_full(self) -> bool:
        return self.mode == SyncRun.Mode.FULL

    @property
    def complete(self) -> bool:
        return self.pages > 0 and not self.cursor

    @property
    def began_at(self) -> datetime:
        return datetime.fromisoformat(self.began)

    def with_page(self, *, rows: int, set_aside: int, cursor: str, announced: int | None) -> Self:
        return replace(
            self,
            pages=self.pages + 1,
            rows=self.rows + rows,
            staged=self.staged + rows - set_aside,
            cursor=cursor,
            announced=self.announced if self.announced is not None else announced,
        )

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, values: Any) -> ReadState | None:
        """Return the state, or ``None`` when another release wrote it in another form."""
        try:
            return cls(**values)
        except TypeError:
            return None
