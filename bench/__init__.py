"""Benchmarks with real processes and a real PostgreSQL, compared inside one run (``make bench``)."""
