"""Reports as plain text, and the channels that send them. ``*_facts`` modules query, the rest is pure."""
