"""Observation: audit log, metrics and health."""
