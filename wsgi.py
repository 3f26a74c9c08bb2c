"""What gunicorn and the `flask` command load."""

import sys

from portal.cli.worker import begin_if_asked

begin_if_asked(sys.argv)

from billing.settings import SettingsError  # noqa: E402 -- not what needs no application
from portal.app import create_app  # noqa: E402

try:
    app = create_app()
except SettingsError as error:
    sys.exit(f"Duebill: {error}")
