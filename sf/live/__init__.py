"""Live calls for one user: look-ups, write-through, and the org's state."""
