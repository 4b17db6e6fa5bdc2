"""The form gateway: it checks the forms of other sites for spam, and turns them into cases."""
