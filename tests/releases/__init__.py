"""Checks that the previous release still works on the database of this release."""
