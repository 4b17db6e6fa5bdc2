"""Show records of Pardot that were set aside with those of ``sf``; the same action retries both."""

from __future__ import annotations

from pardot.pipeline.retry import retries
from sf.sync.retry import RETRIES

RETRIES.update(retries())
