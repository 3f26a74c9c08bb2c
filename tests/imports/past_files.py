"""Small files of past invoices and a mapping for them."""

from __future__ import annotations

import gzip
from pathlib import Path

from billing.imports.invoices_mapping import InvoicesMapping
from billing.imports.load_mapping import load_invoices_mapping
from billing.imports.past_documents import PastDocument
from billing.imports.read_documents import read_documents

COLUMNS = "no,when,who,what,code,count,price"
GOOD = "1001,2020-02-29 23:30:00,7.0,Mug,M1,3,2.55"

MAPPING = """
name = "past"
kind = "invoices"
timezone = "Europe/London"

[file]
remove_suffix = { who = ".0" }

[invoice]
number = { column = "no" }
date = { column = "when", date_format = "%Y-%m-%d %H:%M:%S" }
currency = { value = "GBP" }

[credit_notes]
prefix = "C"

[line]
description = { template = "{what} ({code})" }
quantity = { column = "count" }
unit_price = { column = "price", money = "major" }

[customer]
external_id = { column = "who" }
name = { template = "Customer {who}" }
email = { template = "{who}@past.example" }
preferences.currency = { value = "GBP" }

[walk_in]
external_id = "walk-in"
name = "Walk-in customers"
email = "walk-in@past.example"
"""


def write_past(folder: Path, *lines: str, name: str = "past.csv") -> Path:
    """A file with a header and these lines, packed where its name ends in .gz."""
    path, text = folder / name, "\n".join([COLUMNS, *lines]) + "\n"
    if name.endswith(".gz"):
        path.write_bytes(gzip.compress(text.encode()))
    else:
        path.write_text(text, encoding="utf-8")
    return path


def past_mapping(folder: Path, text: str = MAPPING) -> InvoicesMapping:
    """The mapping of these files."""
    path = folder / "past.toml"
    path.write_text(text, encoding="utf-8")
    return load_invoices_mapping(str(path))


def documents(folder: Path, *lines: str, mapping: str = MAPPING) -> list[PastDocument]:
    """What these lines are read as."""
    return list(read_documents(write_past(folder, *lines), past_mapping(folder, mapping)))
