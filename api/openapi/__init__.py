"""OpenAPI 3.1, made from the same declarations that parse, check and answer."""
