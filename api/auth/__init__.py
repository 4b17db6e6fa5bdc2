"""Callers: who they are, their keys, and their limits."""
