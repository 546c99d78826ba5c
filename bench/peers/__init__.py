"""Servers that answer the same operations from the same file, built in other ways.

Each module has a `create_app` for uvicorn, which finds its orders in the environment.
"""

DATABASE = "BENCH_DATABASE"
ACCOUNT = "BENCH_ACCOUNT"
OPERATION = "BENCH_OPERATION"
