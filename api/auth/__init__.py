"""Callers: their identities, keys and rate limits."""
