"""Retention: remove logs and delivered cases that are no longer needed."""
