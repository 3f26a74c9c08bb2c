"""Small CSV files and mappings, written where a test needs them."""

from __future__ import annotations

from pathlib import Path

from billing.imports.load_mapping import load_mapping
from billing.imports.mapping import Mapping

COLUMNS = "id,name,mail,since,plan,price,left,left_on"
GOOD = "7,Ada Ltd,ada@example.com,2026-01-31,Basic,29.85,no,"

MAPPING = """
name = "small"

[customer]
external_id = { column = "id" }
name = { column = "name" }
email = { column = "mail" }
preferences.currency = { value = "USD" }
metadata.source = { template = "row {id|lower}" }

[subscription]
plan = { column = "plan", values = { Basic = "basic", Units = "units" } }
price = { column = "price", money = "major" }
start_date = { column = "since" }

[cancellation]
when = { column = "left", values = { yes = true, no = false } }
date = { column = "left_on" }
reason = { value = "Left before" }

[plans.basic]
name = "Basic"
price = "30.00"
currency = "USD"
billing_cycle = "monthly"

[plans.units]
name = "Units"
price = "0.0025"
currency = "USD"
billing_cycle = "monthly"
pricing_model = "per_unit"
"""


def write_csv(folder: Path, *lines: str, header: str = COLUMNS) -> Path:
    """A file with a header and these lines."""
    path = folder / "subscribers.csv"
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return path


def write_mapping(folder: Path, text: str = MAPPING) -> Path:
    """A mapping file with this text."""
    path = folder / "mapping.toml"
    path.write_text(text, encoding="utf-8")
    return path


def small_mapping(folder: Path) -> Mapping:
    """MAPPING, loaded."""
    return load_mapping(str(write_mapping(folder)))
