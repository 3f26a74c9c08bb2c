"""The drills, a module each: its first line says what it does, `drill(report)` holds it."""

from importlib import import_module
from typing import Any

NAMES = (
    "kill_primary",
    "kill_servers",
    "freeze_worker",
    "redis",
    "database_away",
    "disk_full",
    "minority",
    "slow_clients",
    "hostile_bodies",
    "at_once",
    "rolling_restart",
    "clocks",
    "provider_cut_off",
    "provider_reports",
    "scheduler_off",
    "receiver_away",
    "poison",
    "tokens",
    "restore",
    "sign_ins",
    "deployment",
)


def load(name: str) -> Any:
    """The module of a drill."""
    return import_module(f"drills.cases.{name}")
