"""A slow, obvious executor of queries, for comparison with the planner.

It loads whole tables into Python and resolves documents with graphql-core's own `execute` and
plain functions. Nothing of the planner is used: what a field means is written down here again.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from functools import cmp_to_key
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import catalogue_reference as catalogue
import databases
import domain_reference as domain
from graphql import GraphQLNonNull, GraphQLResolveInfo, build_schema, execute, parse
from reference_search import is_found, is_on
from sqlmodel import SQLModel

from invoice_graph.domain import lifecycle
from invoice_graph.domain.lifecycle import InvoiceAction, InvoiceStatus
from invoice_graph.domain.money import CURRENCIES

Row = dict[str, Any]
Value = Callable[[Row], Any]

TABLES = {
    "Account": "account",
    "Invoice": "invoice",
    "LineItem": "line_item",
    "InvoiceItem": "invoice_item",
    "InvoicePayment": "invoice_payment",
    "CreditNote": "credit_note",
    "CreditNoteLine": "credit_note_line",
    "Customer": "customer",
    "BalanceTransaction": "balance_transaction",
    "Event": "event",
    **catalogue.TABLES,
    "NumberSequence": "counter",
    **domain.TABLES,
}
PREFIXES = {
    "in_": "Invoice",
    "il_": "LineItem",
    "ii_": "InvoiceItem",
    "inpay_": "InvoicePayment",
    "cn_": "CreditNote",
    "cnli_": "CreditNoteLine",
    "cus_": "Customer",
    "cbtxn_": "BalanceTransaction",
    "evt_": "Event",
    **catalogue.PREFIXES,
    **domain.PREFIXES,
}
FLAGS = {"auto_advance", "attempted", "delinquent", "is_default", "discountable", *catalogue.FLAGS}
DOCUMENTS = {
    "address",
    "shipping",
    "details",
    "invoice_custom_fields",
    "preferred_locales",
    "customer_address",
    "customer_shipping",
    "custom_fields",
    "payment_method_types",
    "last_finalization_error",
    "calculation",
    "data",
    "previous_attributes",
    *catalogue.DOCUMENTS,
    *domain.DOCUMENTS,
    "discount_amounts",
    "total_taxes",
    "taxes",
    "tax_rate_ids",
}
LARGEST_SUM = 2**53 - 1
GROUPINGS: Mapping[str, tuple[str, Callable[[Row], Any]]] = {
    "STATUS": ("status", lambda row: row["status"]),
    "CURRENCY": ("currency", lambda row: row["currency"]),
    "CUSTOMER": ("customerId", lambda row: row["customer_id"]),
    "MONTH": ("month", lambda row: date_of(row)[:7]),
    "COLLECTION_METHOD": ("collectionMethod", lambda row: row["collection_method"]),
}
SUMS = {"total": "total", "amountDue": "amount_due", "amountPaid": "amount_paid", "amountRemaining": "amount_remaining"}
MOST_CUSTOMERS = 100
NEWEST_FIRST = (("created_at", True), ("id", True))
BY_SEQUENCE = (("sequence", False),)


class SumTooLarge(Exception):
    """A sum that no client could read."""


class Connected(SimpleNamespace):
    """What a connection field answers: the page, and what lies around it."""


class Listing(SimpleNamespace):
    """A connection field: the type of its rows, the column that ties them to the parent, their order."""


CONNECTIONS = {
    ("Query", "invoices"): Listing(of="Invoice", by=None, order=NEWEST_FIRST),
    ("Query", "invoiceItems"): Listing(of="InvoiceItem", by=None, order=NEWEST_FIRST),
    ("Query", "invoicePayments"): Listing(of="InvoicePayment", by=None, order=NEWEST_FIRST),
    ("Query", "creditNotes"): Listing(of="CreditNote", by=None, order=NEWEST_FIRST),
    ("Query", "customers"): Listing(of="Customer", by=None, order=NEWEST_FIRST),
    ("Query", "events"): Listing(of="Event", by=None, order=BY_SEQUENCE),
    **{
        ("Query", field): Listing(of=kind, by=None, order=NEWEST_FIRST)
        for field, kind in (catalogue.LISTS | domain.LISTS).items()
    },
    ("Product", "prices"): Listing(of="Price", by="product_id", order=NEWEST_FIRST),
    ("Customer", "invoices"): Listing(of="Invoice", by="customer_id", order=NEWEST_FIRST),
    ("Customer", "invoiceItems"): Listing(of="InvoiceItem", by="customer_id", order=NEWEST_FIRST),
    ("Customer", "creditNotes"): Listing(of="CreditNote", by="customer_id", order=NEWEST_FIRST),
    ("Customer", "balanceTransactions"): Listing(of="BalanceTransaction", by="customer_id", order=NEWEST_FIRST),
    ("Invoice", "lines"): Listing(of="LineItem", by="invoice_id", order=(("position", False), ("id", False))),
    ("Invoice", "payments"): Listing(of="InvoicePayment", by="invoice_id", order=NEWEST_FIRST),
    ("Invoice", "creditNotes"): Listing(of="CreditNote", by="invoice_id", order=NEWEST_FIRST),
    ("CreditNote", "lines"): Listing(
        of="CreditNoteLine", by="credit_note_id", order=(("position", False), ("id", False))
    ),
    ("Account", "numberSequences"): Listing(of="NumberSequence", by=None, order=(("kind", False),)),
    ("Invoice", "events"): Listing(of="Event", by="invoice_id", order=BY_SEQUENCE),
}
ASKED_FOR_CLOCKS = {
    ("Query", "invoices"): "customer",
    ("Query", "invoiceItems"): "customer",
    ("Query", "customers"): "id",
}
"""The lists that have objects on test clocks only where a condition is on this field."""

REFERENCES = {
    ("Invoice", "customer"): ("Customer", "customer_id"),
    ("LineItem", "invoice"): ("Invoice", "invoice_id"),
    ("LineItem", "invoiceItem"): ("InvoiceItem", "invoice_item_id"),
    ("InvoiceItem", "customer"): ("Customer", "customer_id"),
    ("InvoiceItem", "invoice"): ("Invoice", "invoice_id"),
    ("InvoicePayment", "invoice"): ("Invoice", "invoice_id"),
    ("CreditNote", "customer"): ("Customer", "customer_id"),
    ("CreditNote", "invoice"): ("Invoice", "invoice_id"),
    ("CreditNote", "balanceTransaction"): ("BalanceTransaction", "balance_transaction_id"),
    ("CreditNoteLine", "lineItem"): ("LineItem", "line_item_id"),
    ("CreditNoteLine", "creditNote"): ("CreditNote", "credit_note_id"),
    ("BalanceTransaction", "creditNote"): ("CreditNote", "credit_note_id"),
    ("BalanceTransaction", "customer"): ("Customer", "customer_id"),
    ("BalanceTransaction", "invoice"): ("Invoice", "invoice_id"),
    ("Event", "invoice"): ("Invoice", "invoice_id"),
    ("Event", "customer"): ("Customer", "customer_id"),
    **catalogue.REFERENCES,
    **domain.REFERENCES,
}
COLUMNS = {
    ("Account", "id"): "account_id",
    ("Invoice", "periodStart"): "period_start_at",
    ("Invoice", "periodEnd"): "period_end_at",
    ("LineItem", "periodStart"): "period_start_at",
    ("LineItem", "periodEnd"): "period_end_at",
    ("InvoiceItem", "periodStart"): "period_start_at",
    ("InvoiceItem", "periodEnd"): "period_end_at",
    ("PaymentSource", "type"): "payment_type",
    ("PaymentSource", "reference"): "payment_reference",
    **catalogue.COLUMNS,
    **domain.COLUMNS,
}
"""Fields whose column has another name than they."""

PARTS = {"statusTransitions", "pricing", "payment", "restrictions", *domain.PARTS}
"""Fields that are objects made of the same row."""

WHERE_COLUMNS = {
    "customer": "customer_id",
    "invoice": "invoice_id",
    "fromInvoice": "from_invoice_id",
    "product": "product_id",
    "invoiceItem": "invoice_item_id",
    "periodStart": "period_start_at",
    "periodEnd": "period_end_at",
}
MOMENTS = {"createdAt", "dueAt", "effectiveAt", "periodStart", "periodEnd"}


class ReferenceExecutor:
    """Answers queries for one account from a snapshot of the database file."""

    def __init__(self, sdl: str, path: Path, account_id: str, now: str, address: str) -> None:
        self.schema = build_schema(sdl)
        self.tables = {name: [row for row in rows if row["account_id"] == account_id] for name, rows in load(path)}
        self.now = now
        self.address = address

    def rows(self, type_name: str) -> list[Row]:
        """The account's rows of a type."""
        return self.tables[TABLES[type_name]]

    def answer(self, text: str, variables: Mapping[str, Any] | None = None) -> str:
        """The `data` of an answer, as JSON text; raises SumTooLarge."""
        result = execute(
            self.schema,
            parse(text),
            variable_values=dict(variables or {}),
            field_resolver=self.resolve,
            type_resolver=lambda row, *_: row["__type"],
        )
        for error in result.errors or ():
            raise error.original_error or error
        return json.dumps(result.data, ensure_ascii=False, separators=(",", ":"))

    def resolve(self, source: Any, info: GraphQLResolveInfo, **arguments: Any) -> Any:
        parent, field = info.parent_type.name, info.field_name
        if (parent, field) in CONNECTIONS:
            return self.connection(parent, field, source, arguments)
        if (parent, field) in REFERENCES:
            type_name, column = REFERENCES[parent, field]
            required = isinstance(info.return_type, GraphQLNonNull)
            return self.found(type_name, source[column], required)
        if (parent, field) in domain.LISTED:
            type_name, column = domain.LISTED[parent, field]
            return [row for id in source[column] if (row := self.found(type_name, id))]
        if (parent, field) in domain.MEMBERS:
            type_name, member = domain.MEMBERS[parent, field]
            return self.found(type_name, source[member])
        if parent == "Query":
            return self.root(field, arguments)
        if isinstance(source, Connected):
            return self.summary(source.rows, arguments) if field == "summary" else getattr(source, field)
        if parent == "InvoiceSummary" and field in SUMS and abs(source[field]) > LARGEST_SUM:
            raise SumTooLarge
        if field in PARTS:
            return source
        if (computed := COMPUTED.get((parent, field)) or COMPUTED.get(("", field))) and "__type" in source:
            return computed(self, source)
        name = field if "__type" not in source else COLUMNS.get((parent, field)) or snake_case(field)
        return source.get(name)

    def root(self, field: str, arguments: Mapping[str, Any]) -> Any:
        """A field of Query that is no connection."""
        if field == "account":
            return self.rows("Account")[0]
        if field == "currencies":
            return [currency(code) for code in sorted(CURRENCIES)]
        if field == "eventCursor":
            return str(self.counter("event"))
        if field == "nodes":
            return [self.node(id) for id in arguments["ids"]]
        if field == "node":
            return self.node(arguments["id"])
        if arguments.get("version") is not None:
            return self.version(field[0].upper() + field[1:], arguments["id"], arguments["version"])
        return self.found(field[0].upper() + field[1:], arguments["id"])

    def node(self, id: str) -> Row | None:
        """The object with an id."""
        kinds = [name for prefix, name in PREFIXES.items() if id.startswith(prefix)]
        return self.found(kinds[0], id) if kinds else None

    def found(self, type_name: str, id: str | None, required: bool = False) -> Row | None:
        """The row of a type with an id; none that is gone, unless the schema promises a row."""
        rows = [row for row in self.rows(type_name) if row["id"] == id]
        return next((row for row in rows if required or not domain.is_gone(row, self.now)), None)

    def version(self, type_name: str, id: str, version: int) -> Row | None:
        """A version of the row of a type with an id."""
        rows = self.tables[catalogue.VERSIONS[type_name]]
        return next((row for row in rows if (row["id"], row["version"]) == (id, version)), None)

    def counter(self, kind: str) -> int:
        """How far a counter has come."""
        return next((row["value"] for row in self.tables["counter"] if row["kind"] == kind), 0)

    def connection(self, parent: str, field: str, source: Any, arguments: Mapping[str, Any]) -> Connected:
        """A page of a connection."""
        listing = CONNECTIONS[parent, field]
        rows = [row for row in self.rows(listing.of) if listing.by is None or row[listing.by] == source["id"]]
        rows = [row for row in rows if domain.is_listed(row) and row.get("kind") != "event"]
        clocks = ASKED_FOR_CLOCKS.get((parent, field))
        if clocks and not asks(arguments.get("where"), clocks) and not is_on(arguments.get("search"), clocks):
            rows = [row for row in rows if not row["test_clock_id"]]
        rows = [row for row in rows if narrowed(row, arguments) and self.matches(row, arguments.get("where") or {})]
        if arguments.get("search") is not None:
            rows = [row for row in rows if is_found(row, arguments["search"])]
        order = asked_order(listing, arguments)
        rows.sort(key=cmp_to_key(lambda one, other: compare(keys(one, order), keys(other, order), order)))
        start, end = bounds(rows, order, arguments)
        page = rows[start:end]
        cursors = [self.cursor(parent, field, row, arguments.get("orderBy")) for row in page]
        around = Connected(
            hasNextPage=end < len(rows),
            hasPreviousPage=start > 0,
            startCursor=cursors[0] if cursors else None,
            endCursor=cursors[-1] if cursors else None,
        )
        edges = [Connected(cursor=cursor, node=row) for cursor, row in zip(cursors, page, strict=True)]
        return Connected(edges=edges, nodes=page, pageInfo=around, totalCount=len(rows), rows=rows)

    def summary(self, rows: Sequence[Row], arguments: Mapping[str, Any]) -> list[Row]:
        """What rows add up to, group by group."""
        keys = dict(GROUPINGS[name] for name in (*(arguments.get("groupBy") or ()), "CURRENCY"))
        groups: dict[tuple[Any, ...], list[Row]] = {}
        for row in rows:
            groups.setdefault(tuple(key(row) for key in keys.values()), []).append(row)
        found = []
        for values, members in sorted(groups.items()):
            group = dict(zip(keys, values, strict=True))
            if "customerId" in keys and group["customerId"] not in largest_debtors(rows, group["currency"]):
                continue
            sums = {name: sum(row[column] for row in members) for name, column in SUMS.items()}
            digits = CURRENCIES[group["currency"]].digits
            customer = self.found("Customer", group.get("customerId"))
            found.append({**group, **sums, "currencyDigits": digits, "count": len(members), "customer": customer})
        return found

    def cursor(self, parent: str, field: str, row: Row, order_by: Mapping[str, str] | None = None) -> str:
        """The cursor of a row on a connection."""
        listing = CONNECTIONS[parent, field]
        if listing.of == "Event":
            return str(row["sequence"])
        order = asked_order(listing, {"orderBy": order_by})
        name = f":{order_by['field']}:{order_by['direction']}" if order_by and order != listing.order else ""
        values = json.dumps([row[column] for column, _ in order], ensure_ascii=False, separators=(",", ":"))
        return f"{parent}.{field}{name}|{values}".encode().hex().upper()

    def matches(self, row: Row, where: Mapping[str, Any]) -> bool:
        """Whether a row meets a `where`."""
        return all(self._meets(row, name, value) for name, value in where.items() if value is not None)

    def _meets(self, row: Row, name: str, value: Any) -> bool:
        if name == "and":
            return all(self.matches(row, item) for item in value)
        if name == "or":
            return any(self.matches(row, item) for item in value)
        if name == "not":
            return not self.matches(row, value)
        if name == "lines":
            own = (line for line in self.rows("LineItem") if line["invoice_id"] == row["id"])
            return value.get("some") is None or any(self.matches(line, value["some"]) for line in own)
        if name == "metadata":
            label = row["details"].get(value["key"])
            return all(holds(how, label, item) for how, item in value.items() if how != "key" and item is not None)
        if name == "payment":
            return self.matches(row, {f"payment{part.capitalize()}": condition for part, condition in value.items()})
        # Objects are compared by their ids, also where what is shown of them is computed.
        computed = None if name in WHERE_COLUMNS else COMPUTED.get((row["__type"], name))
        actual = computed(self, row) if computed else row[WHERE_COLUMNS.get(name) or snake_case(name)]
        if (row["__type"], name) in catalogue.CASELESS:
            return all(
                holds(operator, actual.casefold(), i.casefold()) for operator, i in value.items() if i is not None
            )
        wanted = {operator: utc(item) if name in MOMENTS else item for operator, item in value.items()}
        return all(holds(operator, actual, item) for operator, item in wanted.items() if item is not None)

    def overdue(self, row: Row) -> bool:
        clocks = {clock["id"]: clock["frozen_at"] for clock in self.tables["test_clock"]}
        now = clocks.get(row["test_clock_id"], self.now)
        return row["status"] == "OPEN" and row["due_at"] is not None and row["due_at"] < now

    def hosted_url(self, row: Row) -> str | None:
        return row["hosted_token"] and f"{self.address}/i/{row['hosted_token']}"

    def pdf_url(self, row: Row) -> str | None:
        return row["hosted_token"] and f"{self.address}/i/{row['hosted_token']}/pdf"

    def numbered(self, counter: Row) -> list[Row]:
        """The invoices that have numbers of a counter."""
        prefix = counter["kind"].removeprefix("number:")
        return sorted(
            (row for row in self.rows("Invoice") if row["number_prefix"] == prefix),
            key=lambda row: int(row["number_sequence"]),
        )

    def gaps(self, counter: Row) -> int:
        given = {row["number_sequence"] for row in self.numbered(counter)} & set(range(1, counter["value"] + 1))
        return int(counter["value"]) - len(given) - int(counter["skipped"])

    def next_number(self, row: Row) -> int:
        return self.counter(f"number:{row['invoice_prefix']}") + 1


COMPUTED: Mapping[tuple[str, str], Callable[[ReferenceExecutor, Row], Any]] = {
    ("", "currencyDigits"): lambda _, row: CURRENCIES[row["currency"]].digits,
    ("", "metadata"): lambda _, row: [{"key": key, "value": value} for key, value in row["details"].items()],
    ("", "quantity"): lambda _, row: row["quantity_decimal"] and int(Decimal(row["quantity_decimal"])),
    ("Invoice", "overdue"): ReferenceExecutor.overdue,
    ("Invoice", "hostedUrl"): ReferenceExecutor.hosted_url,
    ("Invoice", "pdfUrl"): ReferenceExecutor.pdf_url,
    ("Invoice", "allowedActions"): lambda _, row: [action_state(row, action) for action in InvoiceAction],
    ("InvoiceItem", "pending"): lambda _, row: row["invoice_id"] is None,
    ("Customer", "nextInvoiceSequence"): ReferenceExecutor.next_number,
    ("Account", "nextInvoiceSequence"): ReferenceExecutor.next_number,
    ("NumberSequence", "prefix"): lambda _, row: row["kind"].removeprefix("number:"),
    ("NumberSequence", "first"): lambda self, row: next((one["number_sequence"] for one in self.numbered(row)), None),
    ("NumberSequence", "last"): lambda self, row: ([None] + [one["number_sequence"] for one in self.numbered(row)])[-1],
    ("NumberSequence", "issued"): lambda self, row: len(self.numbered(row)),
    ("NumberSequence", "voided"): lambda self, row: sum(one["status"] == "VOID" for one in self.numbered(row)),
    ("NumberSequence", "gaps"): ReferenceExecutor.gaps,
    ("NumberSequence", "nextNumber"): lambda _, row: f"{row['kind'].removeprefix('number:')}-{row['value'] + 1:04d}",
    ("Event", "cursor"): lambda _, row: str(row["sequence"]),
    ("Price", "unitAmount"): lambda _, row: catalogue.unit_amount(row),
    **domain.COMPUTED,
    ("Coupon", "valid"): lambda reference, row: catalogue.is_valid(row, reference.now),
}


def load(path: Path) -> Iterable[tuple[str, list[Row]]]:
    """Every table of a database, its rows as dictionaries."""
    types = {table: name for kinds in (TABLES, catalogue.VERSIONS) for name, table in kinds.items()}
    for table in SQLModel.metadata.tables:
        found = databases.rows(path, f'SELECT * FROM "{table}"')
        yield table, [{"__type": types.get(table)} | {n: decoded(n, v) for n, v in row.items()} for row in found]


def decoded(name: str, value: Any) -> Any:
    """A stored value as a Python value."""
    if value is None:
        return None
    return json.loads(value) if name in DOCUMENTS else bool(value) if name in FLAGS else value


def snake_case(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)


def currency(code: str) -> Row:
    found = CURRENCIES[code]
    return {
        "code": code,
        "digits": found.digits,
        "quantum": found.quantum,
        "minimumAmount": found.minimum_amount,
        "maximumAmount": found.maximum_amount,
    }


def action_state(row: Row, action: InvoiceAction) -> Row:
    """One entry of `allowedActions`, from the lifecycle table."""
    status, subject = InvoiceStatus(row["status"]), SimpleNamespace(**row)
    refused = lifecycle.refusal(status, action) or lifecycle.failed_guard(action, subject)
    becomes = None
    if refused is None:
        pairs = lifecycle.announced(status, action)
        becomes = next(result for when, result in pairs if when is None or when.holds(subject))
    return {
        "action": action.value,
        "allowed": refused is None,
        "reason": refused.message if refused else None,
        "resultingStatus": becomes and becomes.value,
    }


def utc(value: Any) -> Any:
    """A moment as the rows spell it."""
    if not isinstance(value, str):
        return value
    return datetime.fromisoformat(value).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def holds(operator: str, actual: Any, wanted: Any) -> bool:
    """Whether a value meets one operator; a missing value meets none but `isNull`."""
    if operator == "isNull":
        return (actual is None) == wanted
    if actual is None:
        return False
    if operator == "in":
        return actual in wanted
    if operator == "contains":
        return wanted.casefold() in actual.casefold()
    order = (actual > wanted) - (actual < wanted)
    return {"eq": order == 0, "gt": order > 0, "gte": order >= 0, "lt": order < 0, "lte": order <= 0}[operator]


def narrowed(row: Row, arguments: Mapping[str, Any]) -> bool:
    """Whether an event meets the arguments of `events`."""
    types, invoice, customer = (arguments.get(name) for name in ("types", "invoiceId", "customerId"))
    return (
        (types is None or row["type"] in types)
        and (invoice is None or row["invoice_id"] == invoice)
        and (customer is None or row["customer_id"] == customer)
    )


def date_of(row: Row) -> str:
    """The moment at which an invoice counts."""
    return str(row["created_at"] if row["status"] == "DRAFT" else row["effective_at"] or row["created_at"])


def largest_debtors(rows: Sequence[Row], code: str) -> set[str]:
    """The customers that are told apart in a currency."""
    owed: dict[str, int] = {}
    for row in rows:
        if row["currency"] == code:
            owed[row["customer_id"]] = owed.get(row["customer_id"], 0) + row["amount_remaining"]
    return set(sorted(owed, key=lambda id: (-owed[id], id))[:MOST_CUSTOMERS])


def asks(where: Any, field: str) -> bool:
    """Whether a condition is on a field."""
    if isinstance(where, list):
        return any(asks(item, field) for item in where)
    return bool(where) and any(
        any(value is not None for value in (item or {}).values())
        if name == field
        else name in ("and", "or", "not") and asks(item, field)
        for name, item in where.items()
    )


def asked_order(listing: Listing, arguments: Mapping[str, Any]) -> Sequence[tuple[str, bool]]:
    """The columns of an order, each with whether it falls."""
    asked = arguments.get("orderBy")
    if asked is None:
        return listing.order  # type: ignore[no-any-return]
    falling = asked["direction"] == "DESC"
    return ((asked["field"].lower(), falling), ("id", falling))


def keys(row: Row, order: Sequence[tuple[str, bool]]) -> list[Any]:
    return [row[column] for column, _ in order]


def compare(one: Sequence[Any], other: Sequence[Any], order: Sequence[tuple[str, bool]]) -> int:
    """Which of two rows' keys comes first; a missing value is last in both directions."""
    for left, right, (_, falling) in zip(one, other, order, strict=True):
        if left is None or right is None:
            found = (left is None) - (right is None)
        else:
            found = (left > right) - (left < right)
            found = -found if falling else found
        if found:
            return found
    return 0


def bounds(rows: Sequence[Row], order: Sequence[tuple[str, bool]], arguments: Mapping[str, Any]) -> tuple[int, int]:
    """Where a page begins and ends among the sorted rows of its connection."""
    first, after, last, before = (arguments.get(name) for name in ("first", "after", "last", "before"))
    start, end = 0, len(rows)
    if after is not None:
        start = sum(compare(keys(row, order), decode(after), order) <= 0 for row in rows)
    if before is not None:
        end = sum(compare(keys(row, order), decode(before), order) < 0 for row in rows)
    if last is not None or (before is not None and first is None):
        return max(start, end - (last or 10)), end
    return start, min(end, start + (first or 10))


def decode(cursor: str) -> list[Any]:
    """The keys in a cursor."""
    if cursor.isdigit() and len(cursor) < 20:
        return [int(cursor)]
    return json.loads(bytes.fromhex(cursor).decode().partition("|")[2])  # type: ignore[no-any-return]
