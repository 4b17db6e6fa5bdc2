"""Requests and answers: errors, fields, addresses, caching and what is masked in kept texts."""
