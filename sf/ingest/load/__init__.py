"""Load pages: copy them into a staging table of text, then merge that table with a few statements.

All SQL that moves rows of a sync is here.

* ``Stage`` is an UNLOGGED table beside the target, with a text column for each column. The table outlives the process,
  so a run that was killed can be resumed. A crash of PostgreSQL empties the table, which the row count shows.
* The merge turns text into dates and numbers, with the cast expressions of ``Column``. A value that PostgreSQL or
  Python cannot represent makes the statement fail. A temporary function then tries each row on its own, to find the
  few that must be set aside.
* ``Merge`` updates rows that differ, except where the cached row is newer; inserts missing rows; and soft-deletes.
  Unchanged rows are not touched: no new row version, no lock.
"""

from sf.ingest.load.merge import Counts, Merge
from sf.ingest.load.refusal import Refusal, Row, is_storable_text, refusal_of
from sf.ingest.load.stage import Stage, UnexpectedHeader, UnreadableBytes
from sf.ingest.load.target import Column, Target

__all__ = [
    "Column",
    "Counts",
    "Merge",
    "Refusal",
    "Row",
    "Stage",
    "Target",
    "UnexpectedHeader",
    "UnreadableBytes",
    "is_storable_text",
    "refusal_of",
]
