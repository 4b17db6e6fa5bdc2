"""Declarations of every copied entity, and records of the complete reads of each."""
