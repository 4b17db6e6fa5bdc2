"""Work in several steps: a whole sync, the steps after it, changed configuration, retries, estimates."""
