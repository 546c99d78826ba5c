"""Where a process's logs go."""

import logging
import sys

from invoice_graph.config import Settings
from invoice_graph.server.request_log import OPERATIONS

FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


def start_logs(settings: Settings) -> None:
    """Has warnings and errors printed to standard error, and, where the settings ask for them, the lines of operations
    to standard output as they are. Each process does so for itself."""
    logging.basicConfig(level=logging.WARNING, format=FORMAT)
    if settings.log_operations:
        lines = logging.getLogger(OPERATIONS)
        lines.setLevel(logging.INFO)
        lines.propagate = False
        lines.addHandler(logging.StreamHandler(sys.stdout))
