"""The proof of the books, as a test asks for it."""

from pathlib import Path

from databases import databases

from invoice_graph.store.database import open_database
from invoice_graph.store.verification.checks import Finding
from invoice_graph.store.verification.verify import verify


async def findings(path: Path) -> list[Finding]:
    """What `invoice-graph verify` would find in the database that a path names."""
    database = await open_database(databases.url(path), readers=1)
    try:
        return await verify(database)
    finally:
        await database.close()
