"""OAuth for programs: tokens, revocation, introspection, metadata."""
