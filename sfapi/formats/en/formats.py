"""Set how the admin writes a day (Nov 28, 2026) and a time (Nov 28, 2026, 2:33 AM UTC)."""

DATE_FORMAT = "M j, Y"
DATETIME_FORMAT = "M j, Y, g:i A T"
