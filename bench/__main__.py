"""`make bench`: every figure beside its ceiling, on an embedded MongoDB of its own."""

import argparse
import tempfile
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from bench.parts import BY_NAME, PARTS, measured
from bench.promises import print_promises
from bench.table import Row, load, print_table, save
from billing.embedded import embedded_mongodb


def main() -> None:
    """Measure, print one table, save it."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--against", metavar="COMMIT", help="compare with that commit's results")
    parser.add_argument("--only", choices=PARTS + BY_NAME, help="measure this part alone")
    wanted = parser.parse_args()
    name = wanted.only or "all"
    before = load(wanted.against, name) if wanted.against else None
    rows: list[Row] = []
    with (
        tempfile.TemporaryDirectory(prefix="duebill-bench-") as directory,
        embedded_mongodb(Path(directory)) as uri,
    ):
        for part in [wanted.only] if wanted.only else PARTS:
            print(f"{part} ...", flush=True)
            # A process of its own: what its children took at most is then of this part alone.
            with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
                rows += pool.submit(measured, part, uri).result()
    print_table(rows, before)
    print_promises(rows)
    print(f"Saved as {save(rows, name)}")


if __name__ == "__main__":
    main()
