"""The health score: scorecard, exemptions, snapshots, history and what-if."""
