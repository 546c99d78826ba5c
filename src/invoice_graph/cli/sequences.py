"""How number sequences are shown to people."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from invoice_graph.store.numbering import NumberSequence

_HEAD = ("account", "prefix", "first", "last", "issued", "skipped", "gaps", "voided", "next")
_TEXTS = ("account", "prefix", "next")


def account_lines(sequences: Iterable[NumberSequence]) -> Iterator[str]:
    """A line for each account: what all its sequences say together."""
    for account_id, group in groupby(sequences, key=lambda sequence: sequence.account_id):
        found = list(group)
        issued, skipped, gaps, voided = (
            sum(getattr(sequence, name) for sequence in found) for name in ("issued", "skipped", "gaps", "voided")
        )
        numbers = f"{account_id}: {issued} numbers of {len(found)} sequences"
        yield f"{numbers}, {gaps} gaps, {skipped} skipped, {voided} voided"


def table_lines(sequences: Iterable[NumberSequence]) -> Iterator[str]:
    """A table with a row for each sequence."""
    rows = [_HEAD, *(_row(sequence) for sequence in sequences)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(_aligned(*cell) for cell in zip(_HEAD, row, widths, strict=True)).rstrip()


def _row(sequence: NumberSequence) -> Sequence[str]:
    values = (getattr(sequence, name) for name in NumberSequence.__dataclass_fields__)
    return ["-" if value is None else str(value) for value in values]


def _aligned(head: str, text: str, width: int) -> str:
    return text.ljust(width) if head in _TEXTS else text.rjust(width)
