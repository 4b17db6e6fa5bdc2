"""Audits, one per file. ``run.py`` runs them all. Pages read only the results, never the raw activities."""
