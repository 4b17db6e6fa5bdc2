"""The channels of reports: Slack and mail."""
