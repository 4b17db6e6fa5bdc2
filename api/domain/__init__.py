"""Scopes, rates, error types and the text of API keys. Imports nothing else of this project."""
