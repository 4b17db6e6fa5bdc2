"""The OpenAPI document of ninja's routes and of the records, corrected and completed."""
