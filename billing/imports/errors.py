"""Refusals of an import as a whole. What is wrong with single rows is a Problem, not an error."""

from billing.errors import Invalid


class MappingInvalid(Invalid):
    """The mapping file cannot be used; the message names each place in it."""

    code = "mapping_invalid"


class FileUnreadable(Invalid):
    """Not a CSV file in UTF-8."""

    code = "file_unreadable"


class ColumnsMissing(Invalid):
    """The file lacks columns that the mapping reads."""

    code = "columns_missing"
