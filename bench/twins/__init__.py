"""Settings of the same service without one of its parts: what that part costs. Nothing but benchmarks may use them."""
