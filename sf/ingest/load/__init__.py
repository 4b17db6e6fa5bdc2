"""Set-based loading: pages are copied into a staging table of text, which one statement a kind merges.

All SQL that moves rows of a sync. How it works:

* ``Stage`` is an UNLOGGED table beside the target, one text column a column. It outlives the process, so a run that
  was killed can go on; a crash of PostgreSQL empties it, which its row count shows.
* Values become what they are (dates, numbers, …) in the merge. The cast expressions of ``Column`` are the only place
  where that is decided; a value that PostgreSQL or Python cannot hold makes the statement fail. Only then is each row
  tried on its own, by a temporary function, to find the few that must be set aside.
* ``Merge`` updates rows that differ and are not newer here, inserts the missing, soft-deletes. Unchanged rows are not
  touched: no row version, no lock.
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
