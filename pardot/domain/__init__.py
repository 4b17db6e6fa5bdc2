"""Areas, issues, grades, days and types of objects. This code imports nothing else of the project."""
