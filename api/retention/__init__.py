"""Retention: logs and delivered cases that nobody needs any longer."""
