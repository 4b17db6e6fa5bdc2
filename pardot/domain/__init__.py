"""Areas, issues, grades and days: pure code that imports nothing else of this project."""
