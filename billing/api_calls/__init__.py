"""The log of recent API calls, for staff who help somebody to integrate."""
