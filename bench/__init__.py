"""Benchmarks with real processes and a real PostgreSQL (``make bench``).

Where a benchmark compares two figures, both come from the same run.
"""
