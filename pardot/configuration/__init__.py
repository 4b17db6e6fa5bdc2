"""Values that staff can change without a release: their declarations, and the values in effect."""
