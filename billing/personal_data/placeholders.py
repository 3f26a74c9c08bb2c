"""What stands for a person who was erased: the same each time, and nothing to be guessed from."""

_TAIL = 6


def name_of(id_: str) -> str:
    """`Erased customer 7K2M9Q`, from the end of the id, so that two of them can be told apart."""
    kind = "user" if id_.startswith("usr_") else "customer"
    return f"Erased {kind} {id_[-_TAIL:]}"


def email_of(id_: str) -> str:
    """An address at a domain that never exists (RFC 2606 §2), another one for each."""
    return f"{id_.lower().replace('_', '-')}@erased.invalid"
