"""Work in several steps: a whole sync, the steps after it, changes of the configuration, retries and estimates."""
