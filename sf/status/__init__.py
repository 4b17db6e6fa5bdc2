"""Freshness of the cache, for health checks, commands and pages."""
