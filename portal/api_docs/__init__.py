"""The documentation of the API, drawn from its OpenAPI document."""
