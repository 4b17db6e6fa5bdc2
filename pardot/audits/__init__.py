"""Audits, one a file. ``run.py`` runs them all; pages read what they leave, never the raw activities."""
