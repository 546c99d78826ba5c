"""Servers that answer the same operations from the same data, built in other ways.

A module here has a `create_app` for uvicorn, a file in node/ is run by Node; all find their orders in the environment.
"""

import os

import orjson

from bench.operations import OPERATIONS, Operation

DATABASE = "BENCH_DATABASE"
"""A file of SQLite, or the address of a PostgreSQL database as every client of it reads them."""

ACCOUNT = "BENCH_ACCOUNT"
OPERATION = "BENCH_OPERATION"
VARIABLES = "BENCH_VARIABLES"
PORT = "BENCH_PORT"
"""Where Node's servers listen."""


def ordered() -> Operation:
    """The operation that this process is asked."""
    return OPERATIONS[os.environ[OPERATION]].about(orjson.loads(os.environ[VARIABLES]))
