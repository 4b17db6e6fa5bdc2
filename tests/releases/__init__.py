"""The previous release: the tables and functions that it needs, and its code on the new database."""
