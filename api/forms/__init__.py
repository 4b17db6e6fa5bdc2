"""The form gateway: what sites send in for their visitors, judged for spam, and made into cases."""
