"""Reads of the cache: one statement per question, plain values."""
