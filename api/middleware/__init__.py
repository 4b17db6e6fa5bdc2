"""Middleware: work on every request and answer, whatever route it is for."""
