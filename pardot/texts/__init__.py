"""Reports as plain text, to be pasted into Slack or mail. ``*_facts`` ask the database, the rest is pure."""
