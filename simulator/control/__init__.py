"""The control server: plain HTTP on loopback, for tests and for people who try things out."""
