"""Where reports are sent: Slack and mail."""
