"""What may be said of a saved view."""

from typing import Annotated

from pydantic import Field

from billing.inputs import Input, Text

ViewName = Annotated[Text, Field(min_length=1, max_length=60)]


class ViewNaming(Input):
    """What a view is called, and for whom it is."""

    name: ViewName
    is_shared: bool = False
    is_default: bool = False


class ViewInput(ViewNaming):
    """Keeping what a list shows."""

    list_name: Annotated[str, Field(pattern=r"^[a-z_]{1,40}$")]
    query: Annotated[Text, Field(max_length=2000)] = ""
    """The filters and the sort, as they stand in the list's address."""


class RenameView(Input):
    """Another name for a view."""

    name: ViewName
