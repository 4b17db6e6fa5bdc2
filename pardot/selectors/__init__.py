"""Reads of the endpoints: summaries and asset rows, by a constant number of queries; never raw activities."""
