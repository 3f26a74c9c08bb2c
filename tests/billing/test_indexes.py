"""That the command which builds indexes knows of every collection."""

import subprocess
import sys

_LEARN = """
import pkgutil, importlib, billing
from billing import database
database._load_features()
known = set(database.INDEXES)
for module in pkgutil.walk_packages(billing.__path__, "billing."):
    importlib.import_module(module.name)
print(sorted(set(database.INDEXES) - known))
"""


def test_every_collection_that_any_module_declares_is_known_to_the_index_builder() -> None:
    # In a process of its own: here, other tests have imported everything already.
    result = subprocess.run(
        [sys.executable, "-c", _LEARN], capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "[]"
