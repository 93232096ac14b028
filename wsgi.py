"""The WSGI entry point: the application that the environment describes."""

import os

from qc_service.app import create_app
from qc_service.settings import Settings

app = create_app(Settings.from_environment(os.environ))
