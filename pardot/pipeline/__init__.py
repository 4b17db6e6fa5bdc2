"""Commands that run several steps: a whole sync, the work after it, retries and estimates."""
