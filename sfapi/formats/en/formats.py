"""Write days and times as the dashboard and the operators' page do: Nov 28, 2026, 2:33 AM UTC."""

DATE_FORMAT = "M j, Y"
DATETIME_FORMAT = "M j, Y, g:i A T"
