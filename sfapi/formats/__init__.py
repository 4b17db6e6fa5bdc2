"""Tell Django's admin how to write days and times."""
