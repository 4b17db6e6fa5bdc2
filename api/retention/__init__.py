"""Retention: remove old logs, cases and forms, and erase one person's data."""
