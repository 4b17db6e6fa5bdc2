"""Orphans: assets, prospects, leads and contacts whose counterpart is missing."""
