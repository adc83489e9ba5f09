"""One request, one call into the domain."""
