"""Provide ``sync_pardot``, another name of ``camp_sync`` for people who know it from elsewhere."""

from __future__ import annotations

from pardot.management.commands.camp_sync import Command

__all__ = ["Command"]
