"""Declarations of every copied entity, the record of complete reads, and columns of personal data."""
