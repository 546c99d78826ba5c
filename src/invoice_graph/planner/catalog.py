"""Every field of the schema and the source that its value comes from."""

from collections.abc import Mapping
from typing import Any

from sqlmodel import SQLModel

from invoice_graph.store.rows import table_of

Table = type[SQLModel]


class Catalog:
    """Every field of every type, and the source of its value.

    `nodes` are the tables whose rows `node` finds, `tables` those of all types that are rows, `versions` those
    that keep the versions of a type, `conditions` what `where` has conditions on other than the field of that name.
    """

    def __init__(
        self,
        nodes: tuple[Table, ...],
        tables: Mapping[str, Table],
        sources: Mapping[tuple[str, str], Any],
        versions: Mapping[str, Table],
        conditions: Mapping[tuple[str, str], Any],
    ) -> None:
        self.nodes = nodes
        self._types = {table: name for kinds in (tables, versions) for name, table in kinds.items()}
        self._sources = dict(sources)
        self._conditions = dict(conditions)

    def source(self, type_name: str, field: str) -> Any:
        """The source of a field; KeyError when it has none."""
        return self._sources[type_name, field]

    def filtered(self, type_name: str, field: str) -> Any:
        """What `where` compares for a field; KeyError when it has no source."""
        return self._conditions.get((type_name, field)) or self._sources[type_name, field]

    def planned(self, type_name: str, field: str) -> bool:
        """Whether a field has a source."""
        return (type_name, field) in self._sources

    def type_of(self, table: Table) -> str:
        """The type whose rows a table holds."""
        return self._types[table]


def column_names(table: Table) -> frozenset[str]:
    """The names of a table's columns."""
    return frozenset(column.name for column in table_of(table).columns)
