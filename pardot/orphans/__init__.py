"""Orphans: assets, prospects, leads and contacts whose counterpart no longer exists."""
