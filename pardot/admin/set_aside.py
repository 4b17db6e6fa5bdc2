"""Extend the admin action that retries set-aside records: it also retries those of ``camp_sync``."""

from __future__ import annotations

from pardot.pipeline.retry import build_retries
from sf.sync.retry import RETRIES

RETRIES.update(build_retries())
