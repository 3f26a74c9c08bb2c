"""The collection `maintenance`: one row for each kind of work that only one may do at a time.

It says nothing about the books and is no part of a backup, nor is it touched by a restore.
"""

from billing.closing import COLLECTION
from billing.indexes import declare_indexes

__all__ = ["COLLECTION"]

declare_indexes(COLLECTION)
