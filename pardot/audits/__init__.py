"""Audits, one per file. ``run.py`` runs them all and stores their results, which pages read."""
