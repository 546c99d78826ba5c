"""Rules of money that hold for every invoice that commands can make, recomputed here by other means."""

import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor
from typing import Any

import pytest
from gateway import Gateway
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from invoice_graph.commands.invoices.drafts import Draft
from invoice_graph.store.tables import BalanceTransaction, Customer, Invoice, InvoiceItem, LineItem
from invoice_graph.store.verification.verify import verify

pytestmark = pytest.mark.anyio

QUANTA = {"usd": 1, "jpy": 1, "kwd": 10, "isk": 100}
MINIMA = {"usd": 50, "jpy": 50, "kwd": 0, "isk": 0}
RATES = (("19", True), ("5.5", True), ("0", False), ("8.875", False), ("2.125", False), ("9.975", False))
PER_PACKAGE, FIRST_TIER = 6, 3


@dataclass(frozen=True)
class Shop:
    """What invoices are made of, by place."""

    rates: list[str]
    coupons: list[str]
    products: list[str]
    prices: dict[tuple[str, str], str]


@pytest.fixture
async def shop(gateway: Gateway) -> Shop:
    """Tax rates, coupons and products with prices of every kind in every currency."""
    products = [await gateway.done("productCreate", name=name) for name in ("Rocket", "Booster")]
    rates = [
        await gateway.done("taxRateCreate", display_name=text, percentage=Decimal(text), inclusive=inclusive)
        for text, inclusive in RATES
    ]
    options = [{"currency": "jpy", "amount_off": 333}, {"currency": "isk", "amount_off": 700}]
    coupons = [
        await gateway.done("couponCreate", percent_off=Decimal("12.5")),
        await gateway.done("couponCreate", percent_off=Decimal("33.33"), applies_to={"product_ids": [products[0]]}),
        await gateway.done("couponCreate", amount_off=777, currency="usd", currency_options=options),
        await gateway.done("couponCreate", percent_off=Decimal(100), applies_to={"product_ids": [products[1]]}),
        await gateway.done("couponCreate", amount_off=1200, currency="kwd"),
    ]
    prices = {
        (currency, kind): await gateway.done("priceCreate", product_id=products[0], currency=currency, **terms)
        for currency in QUANTA
        for kind, terms in PRICES.items()
    }
    return Shop(rates, coupons, products, prices)


def tiers(*units: str, flat: int) -> list[dict[str, Any]]:
    first, then = units
    return [
        {"up_to": Decimal(FIRST_TIER), "unit_amount_decimal": Decimal(first)},
        {"up_to": None, "unit_amount_decimal": Decimal(then), "flat_amount": flat},
    ]


PRICES: dict[str, dict[str, Any]] = {
    "flat": {"unit_amount_decimal": Decimal("123.456")},
    "packed": {"unit_amount": 1500, "transform_quantity": {"divide_by": PER_PACKAGE, "round": "UP"}},
    "graduated": {"tiers_mode": "GRADUATED", "tiers": tiers("99.5", "70.25", flat=300)},
    "volume": {"tiers_mode": "VOLUME", "tiers": tiers("99.5", "70.25", flat=300)},
}


def cost_of(kind: str, quantity: Fraction) -> Fraction:
    """What a quantity costs by a price of the shop, before rounding."""
    match kind:
        case "flat":
            return quantity * Fraction("123.456")
        case "packed":
            return Fraction(ceil(quantity / PER_PACKAGE) * 1500)
        case "volume":
            return quantity * Fraction("99.5") if quantity <= FIRST_TIER else quantity * Fraction("70.25") + 300
        case _:
            beyond = max(quantity - FIRST_TIER, Fraction(0))
            flat = 300 if beyond else 0
            return min(quantity, Fraction(FIRST_TIER)) * Fraction("99.5") + beyond * Fraction("70.25") + flat


def half_away(value: Fraction) -> int:
    """The nearest integer, ties away from zero."""
    magnitude = floor(abs(value) + Fraction(1, 2))
    return magnitude if value >= 0 else -magnitude


@dataclass(frozen=True)
class Plan:
    """What an invoice is made of; places are those in the shop's lists."""

    currency: str
    rounding: str
    exempt: str
    balance: int
    lines: list[dict[str, Any]]
    discounts: list[int]
    rates: list[int]
    shipping: int


def some_places(of: int, most: int) -> st.SearchStrategy[list[int]]:
    return st.lists(st.integers(0, of - 1), max_size=most, unique=True)


some_quantities = st.decimals(0, 40, places=3) | st.integers(0, 12).map(Decimal)
some_costs = st.one_of(
    st.fixed_dictionaries({"amount": st.integers(-3000, 20_000)}),
    st.fixed_dictionaries({"unit": st.decimals(-20, 900, places=4), "quantity": some_quantities}),
    st.fixed_dictionaries({"kind": st.sampled_from(list(PRICES)), "quantity": some_quantities}),
)
some_lines = st.fixed_dictionaries(
    {
        "cost": some_costs,
        "discountable": st.sampled_from([None, True, False]),
        "discounts": some_places(5, 2),
        "rates": some_places(len(RATES), 3),
    }
)
some_plans = st.builds(
    Plan,
    currency=st.sampled_from(list(QUANTA)),
    rounding=st.sampled_from(["LINE_ITEM", "INVOICE"]),
    exempt=st.sampled_from(["NONE", "NONE", "EXEMPT", "REVERSE"]),
    balance=st.sampled_from([0, 0, -40, 60]) | st.integers(-9000, 9000),
    lines=st.lists(some_lines, max_size=6),
    discounts=some_places(5, 3),
    rates=some_places(len(RATES), 3),
    shipping=st.sampled_from([0, 499]),
)


async def invoice_of(gateway: Gateway, shop: Shop, plan: Plan) -> str:
    """A finalized invoice as planned."""
    quantum = QUANTA[plan.currency]
    await gateway.done("accountUpdate", tax_rounding=plan.rounding)
    customer = await gateway.done(
        "customerCreate", currency=plan.currency, balance=plan.balance * quantum, tax_exempt=plan.exempt
    )
    draft = await gateway.done(
        "invoiceCreate",
        customer_id=customer,
        lines=[entry_of(shop, plan.currency, line) for line in plan.lines],
        discounts=[{"coupon_id": shop.coupons[place]} for place in plan.discounts],
        default_tax_rate_ids=[shop.rates[place] for place in plan.rates],
        shipping_cost={"amount": plan.shipping * quantum} if plan.shipping else None,
    )
    return await gateway.done("invoiceFinalize", id=draft)


def entry_of(shop: Shop, currency: str, line: dict[str, Any]) -> dict[str, Any]:
    """A line as invoiceCreate takes it."""
    entry: dict[str, Any] = {
        "discounts": [{"coupon_id": shop.coupons[place]} for place in line["discounts"]],
        "tax_rate_ids": [shop.rates[place] for place in line["rates"]],
    }
    if line["discountable"] is not None:
        entry["discountable"] = line["discountable"]
    match line["cost"]:
        case {"amount": amount}:
            return entry | {"amount": amount * QUANTA[currency]}
        case {"unit": unit, "quantity": quantity}:
            return entry | {"unit_amount_decimal": unit, "quantity_decimal": quantity}
        case {"kind": kind, "quantity": quantity}:
            return entry | {"price_id": shop.prices[currency, kind], "quantity_decimal": quantity}
    raise AssertionError(line)


def right_amount(cost: dict[str, Any], quantum: int) -> int:
    if "amount" in cost:
        return int(cost["amount"] * quantum)
    quantity = Fraction(cost["quantity"])
    return half_away(cost_of(cost["kind"], quantity) if "kind" in cost else quantity * Fraction(cost["unit"]))


def off(documents: list[dict[str, Any]], key: str = "discountId") -> dict[str, int]:
    """Sums of amounts per discount or tax rate."""
    sums: dict[str, int] = {}
    for document in documents:
        sums[document[key]] = sums.get(document[key], 0) + document["amount"]
    return sums


def total_of(documents: list[dict[str, Any]], behavior: str | None = None) -> int:
    return sum(entry["amount"] for entry in documents if behavior in (None, entry.get("taxBehavior")))


def check_lines(plan: Plan, lines: list[LineItem]) -> None:
    """Every line costs what its price says, and no discount takes more than there is."""
    for planned, line in zip(plan.lines, lines, strict=True):
        assert line.amount == line.subtotal == right_amount(planned["cost"], QUANTA[plan.currency])
        taken = [entry["amount"] for entry in line.discount_amounts]
        assert len(taken) == len(planned["discounts"]) + len(plan.discounts)
        assert min(taken, default=0) >= 0
        assert sum(taken) <= max(line.amount, 0)


def check_sums(invoice: Invoice, lines: list[LineItem]) -> None:
    """Lines add up to the invoice, and the totals to one another."""
    discount_amounts = [entry for line in lines for entry in line.discount_amounts]
    taxes = [entry for line in lines for entry in line.taxes]
    assert off(discount_amounts) == off(invoice.total_discount_amounts)
    assert off(taxes, "taxRateId") == off(invoice.total_taxes, "taxRateId")
    own = sum(entry["amount"] for line in lines for entry in line.discount_amounts[: len(line.discount_ids)])
    assert invoice.subtotal == sum(line.amount for line in lines) - own
    of_invoice = total_of(discount_amounts) - own
    if invoice.customer_tax_exempt == "NONE":
        exclusive = total_of(invoice.total_taxes, "EXCLUSIVE")
        assert invoice.total == invoice.subtotal - of_invoice + exclusive + invoice.amount_shipping
    else:
        assert total_of(invoice.total_taxes) == 0
        assert invoice.total == invoice.total_excluding_tax
    assert invoice.total_excluding_tax == invoice.total - total_of(invoice.total_taxes)


def check_settlement(invoice: Invoice, plan: Plan) -> None:
    """The total met with the balance: no more than is owed, no less, rounded to what can be collected."""
    quantum = QUANTA[plan.currency]
    assert invoice.starting_balance == plan.balance * quantum
    raw = invoice.total + invoice.starting_balance
    collectable = half_away(Fraction(raw, quantum)) * quantum if raw > 0 else 0
    right = collectable if collectable >= MINIMA[plan.currency] else 0
    assert invoice.amount_due == invoice.amount_remaining == right
    assert invoice.ending_balance == raw - right
    assert invoice.status == ("OPEN" if right else "PAID")


def check_ledger(invoice: Invoice, entries: list[BalanceTransaction]) -> None:
    """The balance moved by what was not collected, and by nothing else."""
    assert sum(entry.amount for entry in entries) == (invoice.ending_balance or 0) - invoice.starting_balance
    small = [entry.amount for entry in entries if entry.type == "INVOICE_TOO_SMALL"]
    assert all(amount > 0 for amount in small)


SHARES = ("DISCOUNT_SHARE", "TAX_SHARE")
ROUNDED_ALONE = ("LINE_AMOUNT", "LINE_DISCOUNT", "INVOICE_DISCOUNT", "TAX", "TAX_SUM")
TOTALS = {
    "subtotal": "subtotal",
    "subtotalExcludingTax": "subtotal_excluding_tax",
    "amountShipping": "amount_shipping",
    "total": "total",
    "totalExcludingTax": "total_excluding_tax",
    "amountDue": "amount_due",
}
NOTES = (
    (re.compile(r"([-.\d]+) x ([-.\d]+)"), lambda quantity, unit: quantity * unit),
    (re.compile(r"([.\d]+) % of ([-\d]+)"), lambda percent, base: percent * base / 100),
    (
        re.compile(r"([.\d]+) % contained in ([-\d]+), which is ([.\d]+) %"),
        lambda percent, price, whole: percent * price / whole,
    ),
)


def check_calculation(invoice: Invoice, plan: Plan) -> None:
    """Every step rounds what it says it rounds, and the last ones are the totals."""
    quantum = QUANTA[plan.currency]
    for step in invoice.calculation:
        unrounded = Fraction(step["unrounded"].rstrip("…"))
        check_note(step)
        if step["rule"] == "QUANTUM":
            assert step["rounded"] == half_away(unrounded / quantum) * quantum
        elif step["rule"] == "MINIMUM":
            assert 0 == step["rounded"] < unrounded
        elif step["rule"] in SHARES or shares_of_subtotal_tax(step, plan):
            assert abs(step["rounded"] - unrounded) <= 1
        elif step["rule"] in ROUNDED_ALONE or step["rule"] == "SUBTOTAL_TAX":
            assert step["rounded"] == half_away(unrounded)
        else:
            assert step["rounded"] == unrounded
    told = {step["subject"]: step["rounded"] for step in invoice.calculation if step["lineId"] is None}
    assert {name: told[name] for name in TOTALS} == {name: getattr(invoice, column) for name, column in TOTALS.items()}
    assert told["balance"] == invoice.total + invoice.starting_balance
    assert invoice.calculation[-1]["subject"] == "amountDue"


def shares_of_subtotal_tax(step: dict[str, Any], plan: Plan) -> bool:
    return step["rule"] == "SUBTOTAL_TAX" and plan.rounding == "INVOICE" and step["lineId"] is not None


def check_note(step: dict[str, Any]) -> None:
    """What a note multiplies makes what the step rounds, cut after six places."""
    for pattern, exact in NOTES:
        if found := pattern.fullmatch(step["note"]):
            value = exact(*map(Fraction, found.groups()))
            cut = Fraction(floor(abs(value) * 10**6), 10**6)
            assert Fraction(step["unrounded"].rstrip("…")) == (cut if value >= 0 else -cut)
            assert step["unrounded"].endswith("…") == (cut != abs(value))


def check_shares(invoice: Invoice) -> None:
    """What is shared out over the lines is neither more nor less than there was."""
    for whole, share in (("INVOICE_DISCOUNT", "DISCOUNT_SHARE"), ("TAX_SUM", "TAX_SHARE")):
        wholes = {step["subject"]: step["rounded"] for step in invoice.calculation if step["rule"] == whole}
        shares: dict[str, int] = dict.fromkeys(wholes, 0)
        for step in invoice.calculation:
            if step["rule"] == share:
                shares[step["subject"]] += step["rounded"]
        assert shares == wholes


async def check_recomputed(gateway: Gateway, invoice_id: str) -> None:
    """Computing the stored rows anew gives what is stored."""
    # Rows that are to be computed are held, for which a connection has to be one that writes.
    async with gateway.services.database.transaction() as connection:
        uow = gateway.services.unit_of_work(connection, gateway.actor.account_id, "")
        invoice = await uow.require(Invoice, invoice_id, ())
        customer = await uow.require(Customer, invoice.customer_id, ())
        lines = await uow.find(LineItem, order=("position",), invoice_id=invoice_id)
        draft = Draft(invoice, customer, await uow.account(), invoice.starting_balance, lines)
        await draft.recompute(uow)
        assert [row for row in (invoice, *lines) if uow.differs(row)] == []


async def check_items(gateway: Gateway, lines: list[LineItem]) -> None:
    """A line and the item behind it cost the same."""
    for line in lines:
        assert (await gateway.row(InvoiceItem, line.invoice_item_id)).amount == line.amount


async def check_everything(gateway: Gateway, shop: Shop, plan: Plan) -> None:
    id = await invoice_of(gateway, shop, plan)
    invoice, lines = await gateway.invoice(id), await gateway.lines(id)
    check_lines(plan, lines)
    check_sums(invoice, lines)
    check_settlement(invoice, plan)
    check_ledger(invoice, await gateway.rows(BalanceTransaction, invoice_id=id))
    check_calculation(invoice, plan)
    check_shares(invoice)
    await check_items(gateway, lines)
    await check_recomputed(gateway, id)


COMMON: dict[str, Any] = {
    "derandomize": True,
    "deadline": None,
    "database": None,
    "suppress_health_check": list(HealthCheck),
}


@settings(max_examples=60, **COMMON)
@given(plan=some_plans)
async def test_no_invoice_loses_or_invents_money(gateway: Gateway, shop: Shop, plan: Plan) -> None:
    await check_everything(gateway, shop, plan)


@pytest.mark.fuzz
@settings(max_examples=400, **COMMON)
@given(plan=some_plans)
async def test_no_invoice_of_very_many_loses_or_invents_money(gateway: Gateway, shop: Shop, plan: Plan) -> None:
    await check_everything(gateway, shop, plan)


@settings(max_examples=3, **COMMON)
@given(plans=st.lists(some_plans, min_size=5, max_size=5))
async def test_the_proof_of_the_books_agrees(gateway: Gateway, shop: Shop, plans: list[Plan]) -> None:
    """Whatever the account's rounding has become since."""
    for plan in plans:
        await invoice_of(gateway, shop, plan)
    assert await verify(gateway.services.database) == []
