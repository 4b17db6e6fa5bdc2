"""Areas, issues, grades, days and types of objects. These modules import no other code of the project."""
