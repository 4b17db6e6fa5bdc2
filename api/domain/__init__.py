"""Scopes, rates, error types and the text of API keys: pure code that imports nothing else of this project."""
