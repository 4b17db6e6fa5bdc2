"""What changes the API's own tables."""
