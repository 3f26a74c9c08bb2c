"""What gunicorn and the `flask` command load."""

import sys

from billing.settings import SettingsError
from portal.app import create_app

try:
    app = create_app()
except SettingsError as error:
    sys.exit(f"Duebill: {error}")
