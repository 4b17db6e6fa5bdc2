"""Protection of the service: rate limits, circuit breakers, bulkheads."""
