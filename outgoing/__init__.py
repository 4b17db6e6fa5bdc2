"""Tools for what leaves SFAPI: HTTP sessions, text from strangers, and times in words."""
