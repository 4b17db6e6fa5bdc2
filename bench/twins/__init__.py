"""Settings of the service without its audit log, its limiter or both, to measure their cost.

For benchmarks only.
"""
