"""Declarations of every entity that is copied, and the record of what has been read completely."""
