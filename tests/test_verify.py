"""The proof of the books: clean after any commands, and each check finds exactly the row that was broken."""

import random
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from databases import databases
from gateway import Gateway
from test_commands_books import random_call
from vandal import Tables, kept, restore, vandal
from verify_credit_notes_breaks import CREDIT_NOTE_BREAKS, keep_credit_notes
from verify_receipts_breaks import RECEIPT_BREAKS, keep_receipts

from invoice_graph.adapters.payments import ChargeRequest, ChargeResult
from invoice_graph.store.database import open_database
from invoice_graph.store.verification.checks import Finding
from invoice_graph.store.verification.verify import CHECKS, verify

pytestmark = pytest.mark.anyio


class DeadLine:
    """A provider that never answers, so that the attempt stays under way."""

    async def charge(self, key: str, request: ChargeRequest) -> ChargeResult:
        raise ConnectionError("the line is dead")


@dataclass(frozen=True)
class Break:
    """A statement that breaks the row which `row` selects, as the check should report it."""

    check: str
    row: str
    sql: str

    @property
    def statement(self) -> str:
        return self.sql.replace("$row", f"({self.row})")

    @property
    def changes_the_past(self) -> bool:
        """Whether the chain of events shows it too."""
        return "UPDATE event " in self.sql or "DELETE FROM event " in self.sql


OPEN = "SELECT id FROM invoice WHERE status = 'OPEN' AND description = 'first'"
LATER = "SELECT MAX(id) FROM invoice WHERE status = 'OPEN' AND number_prefix = 'BUYER'"
PAID = "SELECT id FROM invoice WHERE description = 'by card'"
VOIDED = "SELECT id FROM invoice WHERE description = 'voided'"
DRAFT = "SELECT id FROM invoice WHERE description = 'draft'"
LINE = f"SELECT id FROM line_item WHERE invoice_id = ({DRAFT})"
SAVER = "SELECT id FROM customer WHERE name = 'Saver'"
PENDING = "SELECT id FROM invoice_item WHERE description = 'pending'"
INITIAL = "SELECT id FROM balance_transaction WHERE type = 'INITIAL'"
EVENT = "SELECT id FROM event WHERE sequence = 3"
LAST_EVENT = "SELECT MAX(id) FROM event"
ITEM_EVENT = "SELECT MIN(sequence) FROM event WHERE type = 'INVOICEITEM_CREATED'"

BREAKS = (
    Break("constraints", OPEN, "UPDATE invoice SET billing_reason = 'WHIM' WHERE id = $row"),
    Break("references", "SELECT 'pm_card_visa'", "UPDATE payment_method SET customer_id = 'cus_gone' WHERE id = $row"),
    Break("numbers-counted", "SELECT 'number:BUYER'", "UPDATE counter SET skipped = skipped + 1 WHERE kind = $row"),
    Break(
        "numbers-counted",
        "SELECT 'number:BUYER'",
        f"UPDATE invoice SET number_prefix = NULL, number_sequence = NULL WHERE id = ({OPEN})",
    ),
    Break(
        "numbers-in-range",
        LATER,
        "UPDATE invoice SET number_sequence = 77, number = 'BUYER-0077', number_key = 'buyer-0077',"
        " number_words = '|buyer||0077|' WHERE id = $row",
    ),
    Break(
        "numbers-distinct",
        LATER,
        "DROP INDEX invoice_number;"
        "UPDATE invoice SET (number, number_key, number_words, number_sequence) ="
        f" (SELECT number, number_key, number_words, number_sequence FROM invoice WHERE id = ({OPEN})) WHERE id = $row",
    ),
    Break(
        "numbers-spelled",
        LATER,
        "UPDATE invoice SET number = 'BUYER-1', number_key = 'buyer-1', number_words = '|buyer||1|' WHERE id = $row",
    ),
    Break("numbers-spelled", LATER, "UPDATE invoice SET number_sequence = NULL WHERE id = $row"),
    Break("prefixes-claimed", SAVER, "DELETE FROM counter WHERE kind = 'number:SAVER'"),
    Break("lines-match-items", LINE, f"UPDATE invoice_item SET currency = 'eur' WHERE invoice_id = ({DRAFT})"),
    Break("lines-match-items", LINE, f"UPDATE invoice_item SET amount = 1 WHERE invoice_id = ({DRAFT})"),
    Break("lines-match-invoices", LINE, "UPDATE line_item SET subtotal = 1 WHERE id = $row"),
    Break("items-on-invoices", PENDING, f"UPDATE invoice_item SET invoice_id = ({DRAFT}) WHERE id = $row"),
    Break("prices", LINE, "UPDATE line_item SET quantity_decimal = '1.5' WHERE id = $row"),
    Break("totals", OPEN, "UPDATE invoice SET subtotal_excluding_tax = 1 WHERE id = $row"),
    Break("totals", OPEN, "UPDATE invoice SET amount_shipping = 1 WHERE id = $row"),
    Break("amount-remaining", VOIDED, "UPDATE invoice SET amount_remaining = 1 WHERE id = $row"),
    Break("amount-paid", PAID, "UPDATE invoice_payment SET amount_paid = 1 WHERE invoice_id = $row"),
    Break("amount-paid", PAID, "UPDATE invoice SET amount_paid_out_of_band = 1 WHERE id = $row"),
    Break(
        "payment-currency",
        f"SELECT id FROM invoice_payment WHERE invoice_id = ({PAID})",
        "UPDATE invoice_payment SET currency = 'eur' WHERE id = $row",
    ),
    Break("default-payment", OPEN, "DELETE FROM invoice_payment WHERE invoice_id = $row"),
    Break("default-payment", OPEN, "UPDATE invoice_payment SET amount_requested = 1 WHERE invoice_id = $row"),
    Break(
        "payment-attempts",
        "SELECT id FROM payment_attempt",
        "UPDATE invoice SET payment_attempt_id = NULL WHERE payment_attempt_id = $row",
    ),
    Break("payment-attempts", "SELECT id FROM invoice WHERE description = 'under way'", "DELETE FROM payment_attempt"),
    Break(
        "ledger-sequence",
        SAVER,
        "UPDATE balance_transaction SET sequence = sequence + 1 WHERE customer_id = $row AND sequence ="
        " (SELECT MAX(sequence) FROM balance_transaction WHERE customer_id = $row)",
    ),
    Break("ledger-sums", INITIAL, "UPDATE balance_transaction SET amount = 1 WHERE id = $row"),
    Break("customer-balance", SAVER, "UPDATE customer SET balance = 1 WHERE id = $row"),
    Break(
        "draft-balance",
        DRAFT,
        "UPDATE invoice SET starting_balance = 5, amount_due = total + 5, amount_remaining = total + 5 WHERE id = $row",
    ),
    Break(
        "invoice-entries",
        "SELECT id FROM invoice WHERE description = 'voided'",
        "UPDATE balance_transaction SET invoice_id = NULL WHERE type = 'UNAPPLIED_FROM_INVOICE'",
    ),
    Break(
        "invoice-entries",
        "SELECT id FROM invoice WHERE description = 'on credit'",
        "UPDATE balance_transaction SET invoice_id = NULL WHERE type = 'APPLIED_TO_INVOICE' AND invoice_id = $row",
    ),
    Break(
        "event-sequence",
        f"SELECT id FROM event WHERE sequence = 1 + ({ITEM_EVENT})",
        f"DELETE FROM event WHERE sequence = ({ITEM_EVENT})",
    ),
    Break("event-chain", EVENT, "UPDATE event SET request_id = 'forged' WHERE id = $row"),
    Break("event-chain", EVENT, "UPDATE event SET occurred_at = '2020-01-01T00:00:00Z' WHERE id = $row"),
    Break("event-chain", EVENT, "UPDATE event SET data = replace(data, '1000', '9000'), digest = NULL WHERE id = $row"),
    Break("event-chain", LAST_EVENT, "UPDATE event SET digest = replace(digest, '0', '1') WHERE id = $row"),
    Break("event-counter", "SELECT NULL", "UPDATE counter SET value = value + 1 WHERE kind = 'event'"),
    Break("event-counter", "SELECT NULL", "DELETE FROM counter WHERE kind = 'event'"),
    Break(
        "status-chain",
        "SELECT id FROM event WHERE status = 'VOID'",
        "UPDATE event SET previous_status = 'DRAFT' WHERE id = $row",
    ),
    Break(
        "status-chain",
        "SELECT id FROM event WHERE status = 'VOID'",
        "UPDATE event SET type = 'INVOICE_PAID' WHERE id = $row",
    ),
    Break(
        "invoice-status",
        "SELECT id FROM invoice WHERE status = 'UNCOLLECTIBLE'",
        "UPDATE invoice SET status = 'OPEN' WHERE id = $row",
    ),
    *(Break(*broken) for broken in CREDIT_NOTE_BREAKS),
    *(Break(*broken) for broken in RECEIPT_BREAKS),
    Break("derived-columns", OPEN, "UPDATE invoice SET number_words = number_key WHERE id = $row"),
    Break("derived-columns", LINE, "UPDATE line_item SET description = 'Other' WHERE id = $row"),
    Break("labels", OPEN, """UPDATE invoice SET details = '{"team":"red"}' WHERE id = $row"""),
    Break(
        "labels",
        OPEN,
        f"INSERT INTO invoice_label SELECT account_id, id, 'team', 'Red', 'red' FROM invoice WHERE id = ({OPEN})",
    ),
)


@pytest.fixture(scope="module")
def original(kind: str) -> Tables:
    """The books when they were made once."""
    return {}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """What names the gateway's database."""
    return tmp_path / "invoices.db"


@pytest.fixture
async def books(gateway: Gateway, path: Path, original: Tables) -> Gateway:
    """An account in which something of everything happened."""
    await keep_once(gateway, path, original, keep_books)
    return gateway


async def keep_once(gateway: Gateway, path: Path, original: Tables, keep: Callable[[Gateway], Awaitable[None]]) -> None:
    """Keeps books, or takes them from the original where that was made already."""
    # The gateway's account has the same id every time.
    if original:
        restore(path, original)
    else:
        await keep(gateway)
        original |= kept(path)


async def keep_books(gateway: Gateway) -> None:
    """Invoices that ended in every way, numbers chosen and issued, balances used up and given back."""
    buyer = await gateway.customer(name="Buyer", invoice_prefix="BUYER")
    saver = await gateway.customer(name="Saver", invoice_prefix="SAVER", currency="usd", balance=-700)
    await gateway.customer(name="Numbered", next_invoice_sequence=40)
    await gateway.done("invoiceItemCreate", customer_id=buyer, amount=30, currency="usd", description="pending")
    await gateway.draft(500, customer_id=buyer, description="draft")
    await gateway.done("invoiceDelete", id=await gateway.draft(500, customer_id=buyer))
    await gateway.open_invoice(1000, customer_id=buyer, description="first")
    await gateway.open_invoice(2000, customer_id=buyer, number="MINE-7")
    await gateway.open_invoice(2000, customer_id=buyer, description="second")
    await gateway.done("invoicePay", id=await gateway.open_invoice(3000, description="by card"))
    await gateway.done("invoicePay", id=await gateway.open_invoice(3000, currency="eur"), paid_out_of_band=True)
    await gateway.done("invoiceMarkUncollectible", id=await gateway.open_invoice(4000))
    voided = await gateway.open_invoice(900, customer_id=saver, number="MINE-8", description="voided")
    await gateway.done("invoiceVoid", id=voided)
    await gateway.open_invoice(900, customer_id=saver, number="MINE-9", description="on credit")
    await gateway.open_invoice(10, description="too small")
    await keep_credit_notes(gateway)
    await keep_receipts(gateway)
    await leave_payment_under_way(gateway)


async def leave_payment_under_way(gateway: Gateway) -> None:
    id = await gateway.open_invoice(5000, description="under way")
    dead = Gateway(replace(gateway.services, provider=DeadLine()), gateway.clock, gateway.machine_clock, gateway.actor)
    assert (await dead.call("invoicePay", id=id)).refusals


async def test_books_kept_by_commands_are_clean(books: Gateway) -> None:
    assert await verify(books.services.database) == []


@pytest.mark.parametrize("seed", range(2))
async def test_books_are_clean_after_random_calls(gateway: Gateway, seed: int) -> None:
    choose = random.Random(f"verify {seed}")
    for _ in range(3):
        await gateway.customer(default_payment_method_id=None, email="jenny@example.com")
    for _ in range(100):
        gateway.clock.advance(seconds=choose.randint(0, 5))
        name, given = await random_call(gateway, choose)
        await gateway.call(name, **given)
    assert await verify(gateway.services.database) == []


@pytest.mark.parametrize("broken", BREAKS, ids=lambda broken: broken.check)
async def test_a_check_finds_the_row_that_was_broken_and_nothing_else(
    books: Gateway, path: Path, broken: Break
) -> None:
    with vandal(path) as run:
        ((object_id,),) = run(broken.row)
        run(broken.statement)
    findings = await verify(books.services.database)
    assert ("event-chain" in [found.check for found in findings]) == broken.changes_the_past
    (finding,) = [found for found in findings if found.check in (broken.check, *OTHERS)]
    assert finding == Finding(broken.check, books.actor.account_id, object_id, finding.message)
    assert finding.message


OTHERS = {check.name for check in CHECKS} - {"event-chain"}


def test_every_check_is_broken_here() -> None:
    broken = dict.fromkeys(broken.check for broken in BREAKS)
    assert [check.name for check in CHECKS] == ["integrity", *broken]


async def test_a_finding_says_what_differs(books: Gateway, path: Path) -> None:
    with vandal(path) as run:
        run(f"UPDATE invoice SET total = 999, total_excluding_tax = 998 WHERE id = ({OPEN})")
    (finding,) = await verify(books.services.database)
    assert finding.message == "total is 999 instead of 1000; total_excluding_tax is 998 instead of 1000"


async def findings_with_damage(path: Path, part: str) -> list[Finding]:
    """What is found in a copy whose first page of a table or an index is overwritten."""
    if databases.kind != "sqlite":
        pytest.skip("PostgreSQL's files are the server's")
    file = path.with_name("damaged.db")
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(file)) as copy:
        source.backup(copy)
        ((root, size),) = copy.execute(
            "SELECT rootpage, page_size FROM sqlite_schema, pragma_page_size WHERE name = ?", (part,)
        )
    content = bytearray(file.read_bytes())
    content[(root - 1) * size : root * size] = b"\xff" * size
    file.write_bytes(content)
    return await findings_of(f"sqlite+aiosqlite:///{file}")


async def findings_of(url: str) -> list[Finding]:
    database = await open_database(url, readers=1)
    try:
        return await verify(database)
    finally:
        await database.close()


async def test_damage_that_no_other_check_meets_is_found(books: Gateway, path: Path) -> None:
    findings = await findings_with_damage(path, "api_key_by_digest")
    assert {(found.check, found.account_id, found.object_id) for found in findings} == {("integrity", None, None)}


async def test_a_check_that_damage_stops_is_reported_and_the_others_go_on(books: Gateway, path: Path) -> None:
    findings = await findings_with_damage(path, "event")
    stopped = {found.check for found in findings if found.message.startswith("can't be checked: ")}
    assert {"event-sequence", "status-chain"} <= stopped
    assert "totals" not in {found.check for found in findings}


@pytest.fixture
def server(kind: str) -> None:
    """Skips tests of what only a server has."""
    if kind == "sqlite":
        pytest.skip("SQLite keeps everything in its file")


DAMAGES = {
    "api_key_by_digest is not valid; build it anew with REINDEX": (
        "UPDATE pg_index SET indisvalid = FALSE WHERE indexrelid = CAST('api_key_by_digest' AS regclass)"
    ),
    "price_whole of price was never validated": (
        "ALTER TABLE price ADD CONSTRAINT price_whole CHECK (unit_amount_decimal <> '') NOT VALID"
    ),
    "rows of product can't be read: ": (
        f"UPDATE product SET description = '{''.join(map(chr, range(0x4E00, 0x5E00)))}';"
        "DELETE FROM pg_class WHERE oid = (SELECT reltoastrelid FROM pg_class WHERE relname = 'product')"
    ),
}
"""What an operator or a disk may do to a server's tables, and what is said of it."""


@pytest.mark.parametrize("message", DAMAGES)
async def test_damage_of_a_server_s_tables_is_found(server: None, gateway: Gateway, path: Path, message: str) -> None:
    await gateway.done("productCreate", name="Rocket")
    databases.spoil(path)
    with vandal(path) as run:
        run(DAMAGES[message])
    findings = [finding for finding in await findings_of(databases.url(path)) if finding.check == "integrity"]
    (finding,) = findings
    assert finding.message.startswith(message)


async def test_all_checks_see_one_state(books: Gateway, path: Path) -> None:
    """What is written while verification runs is for the next one."""
    first, *others = CHECKS

    async def find_and_write(connection: object) -> list[tuple[str | None, str | None, str]]:
        with vandal(path) as run:
            run("UPDATE customer SET balance = balance + 1")
        return []

    others.insert(0, replace(first, find=find_and_write))
    assert await verify(books.services.database, (first, *others)) == []
    assert {finding.check for finding in await verify(books.services.database)} == {"customer-balance"}
