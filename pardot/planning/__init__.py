"""Work on issues: tasks, the team, saved views, and triage by tags."""
