"""Audits, one per file. ``run.py`` runs all audits and stores their results for the pages."""
