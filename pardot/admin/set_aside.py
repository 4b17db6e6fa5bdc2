"""Let the admin action that retries the set-aside records of ``sf`` retry those of Pardot too."""

from __future__ import annotations

from pardot.pipeline.retry import retries
from sf.sync.retry import RETRIES

RETRIES.update(retries())
