"""Freshness of each entity: what has been read, when, how many rows, and which tier that makes."""
