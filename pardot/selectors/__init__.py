"""Queries for the endpoints.

The number of queries does not grow with the number of rows. No query scans all activities.
"""
