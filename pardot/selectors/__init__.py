"""Queries for the endpoints. Their number does not grow with the rows, and none scans all activities."""
