"""Audits, one per file. ``run.py`` runs them all; pages read their results, never the raw activities."""
