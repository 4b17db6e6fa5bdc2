"""The OpenAPI document of Ninja's routes and of the records API, corrected and completed."""
