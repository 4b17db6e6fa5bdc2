"""Reads of the cache: one statement a question, plain values."""
