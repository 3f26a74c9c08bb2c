"""Usage events, usage so far, entitlements."""
