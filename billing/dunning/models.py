"""Runs of dunning that are kept, and the lease of the daily one."""

from billing.indexes import declare_indexes

RUNS = "dunning_runs"
DAILY = "dunning_daily"
"""One document: the day of the last daily run, and who works on it until when."""

declare_indexes(RUNS)
declare_indexes(DAILY)
