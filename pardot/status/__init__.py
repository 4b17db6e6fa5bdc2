"""The freshness of the data: the state of each entity, row counts, and the tier of the stored data."""
