"""Declarations of every copied entity, the record of complete reads, and the columns with personal data."""
