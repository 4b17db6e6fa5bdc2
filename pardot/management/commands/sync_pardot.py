"""Provide ``sync_pardot``, another name of ``camp_sync``."""

from __future__ import annotations

from pardot.management.commands.camp_sync import Command

__all__ = ["Command"]
