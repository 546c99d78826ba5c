"""Rows are built and read back as they were written."""

import subprocess
import sys

READ_FIRST = """
from datetime import UTC, datetime
from invoice_graph.store.rows import build
from invoice_graph.store.tables import Counter
print(build(Counter, ["acct_1", "event", 7, 0]).value)
"""


def test_the_first_row_of_a_process_can_come_from_the_database() -> None:
    done = subprocess.run([sys.executable, "-c", READ_FIRST], capture_output=True, text=True, check=False)
    assert (done.stdout, done.returncode) == ("7\n", 0), done.stderr
