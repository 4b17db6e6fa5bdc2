"""The health score: scorecard, exemptions, snapshots, history, what-if, goal and preview."""
