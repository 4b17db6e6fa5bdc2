"""Middleware: work on every request and answer, for any route."""
