"""Plays vectors of kind `money`: the same numbers as a draft, as a preview, and finalized."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from vector_player import documents, given
from vector_player.answers import Seen
from vector_player.failures import Failed, Unplayable, differs
from vector_player.operations import Refused, Result, check_refusal, mutate, retrieve
from vector_player.pages import list_page
from vector_player.stage import Stage, open_stage
from vector_player.suites import Vector

Input = Mapping[str, Any]
CLOCK = 1_700_000_000
CUSTOMER = "cus_of_the_vector"
SOME_PERCENTAGE = "20"
"""Of the rate behind a tax amount that is given: it plays no part."""

TOTALS = (
    *("subtotal", "subtotal_excluding_tax", "amount_shipping", "total_excluding_tax", "total"),
    *("starting_balance", "amount_due"),
)

INPUT = frozenset({"currency", "account", "customer", "tax_rates", "coupons", "invoice", "lines"})
TERMS = frozenset({"default_tax_rates", "discounts", "shipping_amount"})
LINE = frozenset(
    {
        *("ref", "amount", "quantity", "quantity_decimal", "unit_amount_decimal", "product", "discountable"),
        *("tiers", "tiers_mode", "transform_quantity", "tax_rates", "tax_amounts", "discounts"),
    }
)
"""What the player knows how to say."""


async def play(vector: Vector, directory: Path) -> None:
    """Raises Failed with the number that is not as expected."""
    wanted, expected = vector.body["input"], vector.body["expected"]
    async with open_stage(directory, CLOCK) as stage:
        try:
            await prepare(stage, wanted)
            lines = [await line_of(stage, line, wanted) for line in wanted["lines"]]
        except Refused as refused:
            if "error" not in expected:
                raise
            check_field("given", expected["error"], refused.result, ("",))
            return
        draft = await mutate(stage, "invoice.create", {**terms_of(wanted), "lines": lines})
        preview = await mutate(stage, "invoice.create_preview", {**terms_of(wanted), "invoice_items": lines})
        if "error" in expected:
            await check_refusals(stage, wanted, expected["error"], draft, preview)
            return
        await compare(stage, "preview", expected, preview)
        await compare(stage, "draft", expected, draft)
        final = await mutate(stage, "invoice.finalize", {"invoice": draft.seen.member("id").value})
        await compare(stage, "final", expected, final)
        await check_ending(stage, expected, final.done())


async def prepare(stage: Stage, wanted: Input) -> None:
    """Makes settings, catalogue and customer."""
    known("input", wanted, INPUT)
    known("invoice", wanted.get("invoice", {}), TERMS)
    for line in wanted["lines"]:
        known(f"line {line['ref']}", line, LINE)
    if wanted.get("account"):
        await given.make(stage, "account.update", wanted["account"])
    for line in wanted["lines"]:
        if "product" in line:
            await given.product(stage, line["product"])
        for tax in line.get("tax_amounts", ()):
            if tax["rate"] not in stage.ids:
                rate = {"id": tax["rate"], "inclusive": tax["inclusive"], "percentage": SOME_PERCENTAGE}
                await given.tax_rate(stage, rate)
    for rate in wanted.get("tax_rates", ()):
        await given.tax_rate(stage, rate)
    for coupon in wanted.get("coupons", ()):
        await given.coupon(stage, coupon)
    currency = wanted.get("currency", "usd")
    await given.customer(stage, {"id": CUSTOMER, "currency": currency, **wanted.get("customer", {})})


def known(where: str, given: Input, names: frozenset[str]) -> None:
    """Raises Unplayable for what the player would leave out."""
    for name in given:
        if name not in names:
            raise Unplayable(f"{where}: the player does not know {name!r}")


def terms_of(wanted: Input) -> dict[str, Any]:
    """What is said for the invoice as a whole."""
    invoice = wanted.get("invoice", {})
    terms: dict[str, Any] = {"customer": CUSTOMER, "currency": wanted.get("currency", "usd")}
    if "discounts" in invoice:
        terms["discounts"] = [{"coupon": coupon} for coupon in invoice["discounts"]]
    if "default_tax_rates" in invoice:
        terms["default_tax_rates"] = invoice["default_tax_rates"]
    if "shipping_amount" in invoice:
        terms["shipping_cost"] = {"amount": invoice["shipping_amount"], "display_name": "Shipping"}
    return terms


async def line_of(stage: Stage, line: Input, wanted: Input) -> dict[str, Any]:
    """A line as a parameter; tiers and packages need a price, a product needs an inline one."""
    made = {name: line[name] for name in ("discountable", "tax_rates") if name in line}
    if "discounts" in line:
        made["discounts"] = [{"coupon": coupon} for coupon in line["discounts"]]
    if "tax_amounts" in line:
        made["tax_amounts"] = [tax_of(tax) for tax in line["tax_amounts"]]
    return {**made, "description": line["ref"], **await price_of(stage, line, wanted.get("currency", "usd"))}


def tax_of(tax: Input) -> dict[str, Any]:
    """A tax amount that is given."""
    return {"amount": tax["amount"], "taxable_amount": tax["taxable_amount"], "tax_rate": tax["rate"]}


async def price_of(stage: Stage, line: Input, currency: str) -> dict[str, Any]:
    """How a line's amount comes about."""
    quantity = {name: line[name] for name in ("quantity", "quantity_decimal") if name in line}
    if "tiers" in line or "transform_quantity" in line:
        names = ("unit_amount_decimal", "tiers", "tiers_mode", "transform_quantity")
        terms = {name: line[name] for name in names if name in line}
        id = f"price of {line['ref']}"
        named = {"product": line["product"]} if "product" in line else {}
        await given.price(stage, {"id": id, "currency": currency, **terms, **named})
        return {**quantity, "pricing": {"price": stage.ids[id]}}
    if "product" in line:
        amount = str(line["amount"]) if "amount" in line else line["unit_amount_decimal"]
        return {
            **quantity,
            "price_data": {"currency": currency, "product": line["product"], "unit_amount_decimal": amount},
        }
    return quantity | {name: line[name] for name in ("amount", "unit_amount_decimal") if name in line}


async def check_refusals(stage: Stage, wanted: Input, expected: Input, draft: Result, preview: Result) -> None:
    """A refusal names the code and the field; it comes from both calls, or from finalizing the draft."""
    if draft.complaint is None:
        final = await mutate(stage, "invoice.finalize", {"invoice": draft.seen.member("id").value})
        check_field("final", expected, final, ("",))
        return
    places = range(len(wanted["lines"]))
    check_field("draft", expected, draft, ("", *(f"lines[{place}]" for place in places)))
    check_field("preview", expected, preview, ("", *(f"invoice_items[{place}]" for place in places)))


def check_field(where: str, expected: Input, result: Result, owners: Sequence[str]) -> None:
    """The vector names the field alone: it may stand in any of the objects."""
    failure = None
    for owner in owners:
        parameter = expected.get("param")
        placed = f"{owner}[{parameter}]" if owner and parameter else parameter
        if placed and len(owners) > 1 and not result.path_of(placed):
            continue
        try:
            check_refusal({**expected, "param": placed}, result)
            return
        except Failed as failed:
            failure = failed
    raise Failed(f"{where}: {failure or f'no input has a field for {parameter!r}'}")


async def compare(stage: Stage, where: str, expected: Input, result: Result) -> None:
    """Compares all numbers of an invoice, read again by its id."""
    try:
        named = {"invoice": result.done().member("id").value}
        invoice = (await retrieve(stage, "invoice", named, documents.LARGEST_PAGE)).done()
    except Failed as failed:
        raise Failed(f"{where}: {failed}") from None
    seen = totals_of(stage, invoice)
    for name, value in seen.items():
        if name == "lines":
            for wanted, got in zip(expected["lines"], value, strict=False):
                _same(f"{where}: line {wanted['ref']}", wanted, got)
            _same(f"{where}: number of lines", len(expected["lines"]), len(value))
        else:
            _same(f"{where}: {name}", expected[name], value)


def _same(where: str, expected: Any, got: Any) -> None:
    if expected != got:
        raise differs(where, expected, got)


def totals_of(stage: Stage, invoice: Seen) -> dict[str, Any]:
    """The numbers of an invoice in the vectors' form."""
    lines = invoice.at("lines.data").items()
    discounts = [discount for owner in (invoice, *lines) for discount in owner.member("discounts").items()]
    names = {real: name for name, real in stage.ids.items()}
    coupons = {d.member("id").value: names[d.member("coupon").plain()] for d in discounts}

    def amounts(seen: Seen) -> list[dict[str, Any]]:
        return [
            {"coupon": coupons[d.member("discount").plain()], "amount": d.member("amount").value} for d in seen.items()
        ]

    return {name: invoice.member(name).plain() for name in TOTALS} | {
        "total_discount_amounts": amounts(invoice.member("total_discount_amounts")),
        "total_taxes": taxes_of(names, invoice.member("total_taxes")),
        "lines": [
            {
                "ref": line.member("description").value,
                "amount": line.member("amount").value,
                "discount_amounts": amounts(line.member("discount_amounts")),
                "taxes": taxes_of(names, line.member("taxes")),
            }
            for line in lines
        ],
    }


def taxes_of(names: Mapping[str, str], taxes: Seen) -> list[dict[str, Any]]:
    """Taxes in the vectors' form."""
    facts = ("amount", "taxable_amount", "tax_behavior", "taxability_reason")
    return [
        {"rate": names[tax.member("tax_rate_details").member("tax_rate").plain()]}
        | {name: tax.member(name).plain() for name in facts}
        for tax in taxes.items()
    ]


async def check_ending(stage: Stage, expected: Input, final: Seen) -> None:
    """Compares what only a finalized invoice has."""
    _same("final: status", expected["status_after_finalize"], final.member("status").plain())
    _same("final: ending_balance", expected["ending_balance"], final.member("ending_balance").plain())
    ledger = (await list_page(stage, "customer_balance_transaction.list", {"customer": CUSTOMER})).done()
    types = [entry.member("type").plain() for entry in ledger.member("data").items()]
    _same("final: too_small", expected["too_small"], "invoice_too_small" in types)
