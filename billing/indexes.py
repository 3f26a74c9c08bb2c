"""The collections and their indexes: declared by the features, built at every start."""

from importlib import import_module

from pymongo import DESCENDING, IndexModel
from pymongo.errors import OperationFailure

from billing.database import database

FEATURES = (
    "seller",
    "events",
    "workers",
    "maintenance",
    "migrations",
    "mail",
    "webhooks",
    "idempotency",
    "api_calls",
    "users",
    "saved_views",
    "oauth",
    "taxes",
    "customers",
    "plans",
    "coupons",
    "subscriptions",
    "usage",
    "invoices",
    "credit_notes",
    "payments",
    "papers",
    "letters",
    "reports",
    "dunning",
    "runs",
    "bulk",
    "test_clocks",
    "imports",
    "personal_data",
)

# What lists that are bounded by when things came to be walk along (billing.pages).
NEWEST = IndexModel([("created_at", DESCENDING), ("_id", DESCENDING)], name="newest")

_NAMESPACE_EXISTS = 48  # one of MongoDB's error codes

# Every collection's indexes, filled by the modules that own the collections.
INDEXES: dict[str, list[IndexModel]] = {}

# Names of what earlier releases built and no query asks for any more, filled likewise.
_OBSOLETE: dict[str, frozenset[str]] = {}


def declare_indexes(collection: str, *indexes: IndexModel) -> None:
    """Tell `ensure_indexes` what a collection needs; called where the collection is defined."""
    INDEXES[collection] = list(indexes)


def declare_obsolete(collection: str, *names: str) -> None:
    """Tell `drop_obsolete` what a collection had; a portal that still asks for it is not ready
    without it."""
    _OBSOLETE[collection] = frozenset(names)


def ensure_indexes() -> None:
    """Create the collections and their indexes; what exists is left alone.

    Collections are made here because a transaction that creates one conflicts with others.
    """
    _load_features()
    existing = set(database().list_collection_names())
    for name, indexes in INDEXES.items():
        if name not in existing:
            _create_collection(name)
        if indexes:
            database()[name].create_indexes(indexes)


def _create_collection(name: str) -> None:
    """Make it, unless another process that starts now was faster."""
    try:
        database().create_collection(name, check_exists=False)
    except OperationFailure as error:
        if error.code != _NAMESPACE_EXISTS:
            raise


def obsolete() -> list[tuple[str, str]]:
    """Collection and name of each index that is there and of no use."""
    _load_features()
    return [
        (collection, name)
        for collection, names in _OBSOLETE.items()
        for name in sorted(names & database()[collection].index_information().keys())
    ]


def drop_obsolete() -> None:
    """Once nobody runs who asks for them."""
    for collection, name in obsolete():
        database()[collection].drop_index(name)


def indexes_built() -> bool:
    """Whether every declared index exists."""
    _load_features()
    existing = set(database().list_collection_names())
    return all(
        name in existing
        and {i.document["name"] for i in indexes} <= set(database()[name].index_information())
        for name, indexes in INDEXES.items()
    )


def _load_features() -> None:
    for feature in FEATURES:
        import_module(f"billing.{feature}.models")
