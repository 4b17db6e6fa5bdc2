"""HTTP sessions of every client: what is sent is decided here and by the caller, not by files of the machine's user."""
