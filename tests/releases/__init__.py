"""The release before this one: what of its tables and functions it needs, and its code at work on the new ones."""
