"""The form gateway: sites send in visitors' forms, which are checked for spam and turned into cases."""
