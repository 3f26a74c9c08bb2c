"""What the audit trail says of whatever an import wrote."""

from billing.phrases import Number, Phrase


def by_import(name: str, line: int) -> Phrase:
    """`Import customers.toml, line 12`."""
    return Phrase("Import %(name)s, line %(line)s", name=name, line=Number(line))
