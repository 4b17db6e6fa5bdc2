"""Pardot API v5: the HTTP client, its errors, links, the daily quota and the business unit."""
