"""The HTTP sessions of every client: this code and the caller decide what is sent, not files of the machine's user."""
