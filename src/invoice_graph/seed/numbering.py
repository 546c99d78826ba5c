"""Invoice numbers for many invoices at once."""

from invoice_graph.commands.numbers import counter_kind
from invoice_graph.domain.invoices import number_text
from invoice_graph.domain.kinds import InvoiceNumbering
from invoice_graph.store.bulk import update_values
from invoice_graph.store.connection import Connection
from invoice_graph.store.dialect import Parameters
from invoice_graph.store.rows import select_rows
from invoice_graph.store.tables import Account, Counter


class Numbering:
    """Issues an account's numbers inside a transaction, from `load` to `store`.

    `taken` are numbers that were chosen by hand; they are passed over and accounted for.
    """

    def __init__(self, account: Account, taken: frozenset[str]) -> None:
        self._account_id = account.account_id
        self._own_prefix = account.invoice_prefix if account.invoice_numbering == InvoiceNumbering.ACCOUNT else None
        self._taken = taken
        self._counters: dict[str, Counter] = {}
        self._raised: set[str] = set()

    async def load(self, connection: Connection) -> None:
        """Reads where the sequences stand."""
        found = await select_rows(connection, Counter, {"account_id": self._account_id})
        self._counters = {counter.kind: counter for counter in found}
        self._raised = set()

    def issue(self, customer_prefix: str) -> Parameters:
        """The next number, as columns of an invoice."""
        prefix = self._own_prefix or customer_prefix
        counter = self._counters[counter_kind(prefix)]
        self._raised.add(counter.kind)
        counter.value += 1
        while number_text(prefix, counter.value) in self._taken:
            counter.value, counter.skipped = counter.value + 1, counter.skipped + 1
        number = number_text(prefix, counter.value)
        return {"number": number, "number_prefix": prefix, "number_sequence": counter.value}

    async def store(self, connection: Connection) -> None:
        """Writes where the sequences stand now."""
        raised = [self._counters[kind] for kind in sorted(self._raised)]
        rows = [
            {"account_id": self._account_id, "kind": item.kind, "value": item.value, "skipped": item.skipped}
            for item in raised
        ]
        await update_values(connection, Counter, ("account_id", "kind"), rows)
