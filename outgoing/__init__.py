"""HTTP sessions for every client.

What they send does not depend on the user's files, such as ``~/.netrc``.
"""
