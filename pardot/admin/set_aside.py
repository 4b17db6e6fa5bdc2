"""Records of Pardot that were set aside are listed with those of ``sf``, and tried again by the same action."""

from __future__ import annotations

from pardot.pipeline.retry import retries
from sf.sync.retry import RETRIES

RETRIES.update(retries())
