"""Provide ``sync_pardot``, another name for ``camp_sync``."""

from __future__ import annotations

from pardot.management.commands.camp_sync import Command

__all__ = ["Command"]
