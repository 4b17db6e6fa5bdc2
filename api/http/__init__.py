"""Requests and answers: errors, fields, addresses, caching, and masking of stored texts."""
