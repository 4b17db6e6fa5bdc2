"""Benchmarks: real processes against the simulator and a real PostgreSQL, compared inside one run (``make bench``)."""
