"""Work on issues: tasks, the team, and triage by tags."""
