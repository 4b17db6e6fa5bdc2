"""Reports as plain text, and the channels that send them."""
