"""Settings of the service without one of its parts, to measure the cost of that part. Only benchmarks may use them."""
