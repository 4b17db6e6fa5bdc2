"""Settings that staff can change without a release: their declarations, and their current values."""
