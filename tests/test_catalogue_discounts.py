"""Coupons, promotion codes, and the discounts they become."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from gateway import Gateway

from invoice_graph.commands.invoices.discounts import (
    check_minimum_amounts,
    discount_terms,
    discounts_of,
    give_discounts,
)
from invoice_graph.commands.invoices.shapes import DISCOUNTS
from invoice_graph.domain.coupons import months_after
from invoice_graph.domain.errors import InputRefusal
from invoice_graph.domain.kinds import CouponDuration
from invoice_graph.store.tables import Coupon, Customer, Discount, Invoice, InvoiceItem, PromotionCode

pytestmark = pytest.mark.anyio

REPEATING = CouponDuration.REPEATING
EXPIRED = ("COUPON_EXPIRED", ("discounts", "0"))
Target = tuple[type[Invoice] | type[InvoiceItem] | type[Customer], str]


async def coupon(gateway: Gateway, **fields: Any) -> str:
    """A coupon of 25 % unless it is of an amount."""
    terms = {} if "amount_off" in fields else {"percent_off": Decimal(25)}
    return await gateway.done("couponCreate", **{**terms, **fields})


async def give(gateway: Gateway, target: Target, *entries: dict[str, str]) -> list[Discount]:
    """Gives an invoice, an invoice item or a customer these discounts, in an operation of its own."""
    kind, id = target
    async with gateway.services.database.transaction() as connection:
        uow = gateway.services.unit_of_work(connection, gateway.actor.account_id, "operation")
        owner = await uow.require(kind, id, ())
        customer = owner if isinstance(owner, Customer) else await uow.require(Customer, owner.customer_id, ())
        named = DISCOUNTS.clean(list(entries), ("discounts",))
        given = await give_discounts(uow, named, owner, customer, uow.now)
        assert await discounts_of(uow, owner) == given
        await uow.flush()
    return given


async def refused(gateway: Gateway, target: Target, *entries: dict[str, str]) -> tuple[str, tuple[str, ...]]:
    """Why an invoice, an invoice item or a customer gets none of these discounts."""
    before = await gateway.dump()
    with pytest.raises(InputRefusal) as caught:
        await give(gateway, target, *entries)
    assert await gateway.dump() == before
    return str(caught.value.code), tuple(caught.value.path)


async def test_a_coupon_is_created_and_renamed(gateway: Gateway) -> None:
    product = await gateway.done("productCreate", name="Rocket")
    outcome = await gateway.call(
        "couponCreate",
        code="SPRING",
        amount_off=500,
        currency="usd",
        currency_options=[{"currency": "eur", "amount_off": 450}],
        duration=REPEATING,
        duration_in_months=3,
        applies_to={"product_ids": [product]},
        max_redemptions=10,
    )
    assert await gateway.events(outcome) == ["COUPON_CREATED"]
    row = await gateway.row(Coupon, outcome.object_id)
    assert (row.code, row.percent_off, row.amount_off, row.currency) == ("SPRING", None, 500, "usd")
    assert row.currency_options == [{"currency": "eur", "amountOff": 450}]
    assert (row.duration, row.duration_in_months, row.product_ids) == ("REPEATING", 3, [product])
    assert (row.max_redemptions, row.times_redeemed, row.redeem_by) == (10, 0, None)
    assert await gateway.emitted("couponUpdate", id=row.id, name="Spring") == ["COUPON_UPDATED"]
    assert ((await gateway.row(Coupon, row.id)).name, (await gateway.row(Coupon, row.id)).version) == ("Spring", 2)
    assert await gateway.emitted("couponUpdate", id=row.id, name="Spring") == []
    refusal = await gateway.refused("couponUpdate", id=row.id, amount_off=1)
    assert (refusal.code, refusal.path) == ("PARAMETER_UNKNOWN", ("amount_off",))
    refusal = await gateway.refused("couponCreate", code="SPRING", percent_off=Decimal(1))
    assert (refusal.code, refusal.path) == ("RESOURCE_ALREADY_EXISTS", ("code",))


PERCENT = {"percent_off": Decimal(10)}
AMOUNT = {"amount_off": 100, "currency": "usd"}


@pytest.mark.parametrize(
    ("given", "code", "path"),
    [
        ({}, "PARAMETER_MISSING", ("percent_off",)),
        ({**PERCENT, **AMOUNT}, "PARAMETERS_EXCLUSIVE", ("amount_off",)),
        ({"percent_off": Decimal(0)}, "PARAMETER_INVALID", ("percent_off",)),
        ({"percent_off": Decimal("100.1")}, "PARAMETER_INVALID", ("percent_off",)),
        ({"amount_off": 100}, "PARAMETER_MISSING", ("currency",)),
        ({**AMOUNT, "amount_off": 0}, "PARAMETER_INVALID_INTEGER", ("amount_off",)),
        ({**AMOUNT, "amount_off": 10**8}, "AMOUNT_TOO_LARGE", ("amount_off",)),
        ({"amount_off": 15, "currency": "kwd"}, "INVALID_CHARGE_AMOUNT", ("amount_off",)),
        ({**PERCENT, "currency": "usd"}, "PARAMETERS_EXCLUSIVE", ("currency",)),
        (
            {**PERCENT, "currency_options": [{"currency": "eur", "amount_off": 1}]},
            "PARAMETERS_EXCLUSIVE",
            ("currency_options",),
        ),
        (
            {**AMOUNT, "currency_options": [{"currency": "usd", "amount_off": 1}]},
            "PARAMETER_INVALID",
            ("currency_options", "0", "currency"),
        ),
        (
            {**AMOUNT, "currency_options": [{"currency": "kwd", "amount_off": 5}]},
            "INVALID_CHARGE_AMOUNT",
            ("currency_options", "0", "amount_off"),
        ),
        ({**PERCENT, "duration": REPEATING}, "PARAMETER_MISSING", ("duration_in_months",)),
        ({**PERCENT, "duration_in_months": 2}, "PARAMETERS_EXCLUSIVE", ("duration_in_months",)),
        ({**PERCENT, "applies_to": {"product_ids": []}}, "PARAMETER_INVALID_EMPTY", ("applies_to", "product_ids")),
        (
            {**PERCENT, "applies_to": {"product_ids": ["prod_x"]}},
            "RESOURCE_MISSING",
            ("applies_to", "product_ids", "0"),
        ),
        (
            {**PERCENT, "applies_to": {"product_ids": ["prod_x", "prod_x"]}},
            "PARAMETER_INVALID",
            ("applies_to", "product_ids", "1"),
        ),
        ({**PERCENT, "max_redemptions": 0}, "PARAMETER_INVALID_INTEGER", ("max_redemptions",)),
        ({**PERCENT, "redeem_by": datetime(2020, 1, 1, tzinfo=UTC)}, "PARAMETER_INVALID", ("redeem_by",)),
    ],
)
async def test_a_coupon_with_a_fault_is_refused(gateway: Gateway, given: Any, code: str, path: Any) -> None:
    refusal = await gateway.refused("couponCreate", **given)
    assert (refusal.code, refusal.path) == (code, path)


async def test_a_deleted_coupon_ends_its_codes_and_leaves_its_discounts(gateway: Gateway) -> None:
    id = await coupon(gateway, name="Gone")
    code = await gateway.done("promotionCodeCreate", coupon_id=id)
    dormant = await gateway.done("promotionCodeCreate", coupon_id=id, active=False)
    draft = await gateway.draft()
    (discount,) = await give(gateway, (Invoice, draft), {"coupon_id": id})
    outcome = await gateway.call("couponDelete", id=id)
    assert (outcome.object_id, outcome.deleted_id) == (None, id)
    assert await gateway.events(outcome) == ["COUPON_DELETED", "PROMOTION_CODE_UPDATED"]
    assert await gateway.rows(Coupon) == []
    assert ((await gateway.row(PromotionCode, code)).active, (await gateway.row(PromotionCode, code)).version) == (
        False,
        2,
    )
    assert (await gateway.row(PromotionCode, dormant)).version == 1
    kept = await gateway.row(Discount, discount.id)
    assert (kept.coupon_id, kept.name, kept.percent_off) == (id, "Gone", Decimal(25))
    refusal = await gateway.refused("promotionCodeUpdate", id=code, active=True)
    assert (refusal.code, refusal.path) == ("PARAMETER_INVALID", ("active",))
    assert await refused(gateway, (Invoice, draft), {"promotion_code_id": code}) == (
        "COUPON_EXPIRED",
        ("discounts", "0"),
    )
    refusal = await gateway.refused("couponDelete", id=id)
    assert (refusal.code, refusal.path) == ("RESOURCE_MISSING", ("id",))


async def test_a_promotion_code_is_drawn_at_random_or_chosen(gateway: Gateway) -> None:
    id = await coupon(gateway)
    outcome = await gateway.call("promotionCodeCreate", coupon_id=id)
    assert await gateway.events(outcome) == ["PROMOTION_CODE_CREATED"]
    drawn = await gateway.row(PromotionCode, outcome.object_id)
    assert (len(drawn.code), drawn.active, drawn.customer_id, drawn.first_time_transaction) == (8, True, None, False)
    restrictions = {"first_time_transaction": True, "minimum_amount": 1000, "minimum_amount_currency": "usd"}
    chosen = await gateway.done("promotionCodeCreate", coupon_id=id, code="Spring-24", restrictions=restrictions)
    row = await gateway.row(PromotionCode, chosen)
    assert (row.code, row.code_key, row.first_time_transaction) == ("Spring-24", "spring-24", True)
    assert (row.minimum_amount, row.minimum_amount_currency) == (1000, "usd")


async def test_an_active_code_is_unique_per_customer_in_any_case(gateway: Gateway) -> None:
    id = await coupon(gateway)
    jenny, rosa = await gateway.customer(), await gateway.customer()
    hers = await gateway.done("promotionCodeCreate", coupon_id=id, code="VIP", customer_id=jenny)
    await gateway.done("promotionCodeCreate", coupon_id=id, code="vip", customer_id=rosa)
    for customer_id in (jenny, None):
        refusal = await gateway.refused("promotionCodeCreate", coupon_id=id, code="Vip", customer_id=customer_id)
        assert (refusal.code, refusal.path) == ("RESOURCE_ALREADY_EXISTS", ("code",))
    await gateway.done("promotionCodeUpdate", id=hers, active=False)
    await gateway.done("promotionCodeCreate", coupon_id=id, code="VIP", customer_id=jenny)
    refusal = await gateway.refused("promotionCodeUpdate", id=hers, active=True)
    assert (refusal.code, refusal.path) == ("RESOURCE_ALREADY_EXISTS", ("active",))
    general = await gateway.done("promotionCodeCreate", coupon_id=id, code="ALL")
    refusal = await gateway.refused("promotionCodeCreate", coupon_id=id, code="all", customer_id=jenny)
    assert refusal.code == "RESOURCE_ALREADY_EXISTS"
    await gateway.done("promotionCodeCreate", coupon_id=id, code="ALL", active=False)
    assert await gateway.emitted("promotionCodeUpdate", id=general, active=True) == []


@pytest.mark.parametrize(
    ("given", "code", "path"),
    [
        ({"coupon_id": "coup_x"}, "RESOURCE_MISSING", ("coupon_id",)),
        ({"customer_id": "cus_x"}, "RESOURCE_MISSING", ("customer_id",)),
        ({"code": "no spaces"}, "PARAMETER_INVALID", ("code",)),
        ({"max_redemptions": 4}, "PARAMETER_INVALID", ("max_redemptions",)),
        ({"expires_at": datetime(2030, 1, 2, tzinfo=UTC)}, "PARAMETER_INVALID", ("expires_at",)),
        ({"expires_at": datetime(2020, 1, 2, tzinfo=UTC)}, "PARAMETER_INVALID", ("expires_at",)),
        (
            {"restrictions": {"minimum_amount": 1}},
            "PARAMETER_MISSING",
            ("restrictions", "minimum_amount_currency"),
        ),
        (
            {"restrictions": {"minimum_amount_currency": "usd"}},
            "PARAMETER_MISSING",
            ("restrictions", "minimum_amount"),
        ),
        (
            {"restrictions": {"minimum_amount": 15, "minimum_amount_currency": "kwd"}},
            "INVALID_CHARGE_AMOUNT",
            ("restrictions", "minimum_amount"),
        ),
    ],
)
async def test_a_promotion_code_with_a_fault_is_refused(gateway: Gateway, given: Any, code: str, path: Any) -> None:
    id = await coupon(gateway, max_redemptions=3, redeem_by=datetime(2030, 1, 1, tzinfo=UTC))
    refusal = await gateway.refused("promotionCodeCreate", **{"coupon_id": id, **given})
    assert (refusal.code, refusal.path) == (code, path)


async def test_a_promotion_code_needs_a_coupon_that_is_left(gateway: Gateway) -> None:
    id = await coupon(gateway, redeem_by=gateway.clock.now() + timedelta(days=1))
    gateway.clock.advance(days=1, seconds=1)
    refusal = await gateway.refused("promotionCodeCreate", coupon_id=id)
    assert (refusal.code, refusal.path) == ("COUPON_EXPIRED", ("coupon_id",))


async def test_discounts_copy_the_terms_and_count_the_redemption(gateway: Gateway) -> None:
    options = [{"currency": "eur", "amount_off": 450}]
    amount = await coupon(gateway, amount_off=500, currency="usd", currency_options=options, name="Five")
    months = await coupon(gateway, duration=REPEATING, duration_in_months=2)
    code = await gateway.done("promotionCodeCreate", coupon_id=months)
    draft = await gateway.draft()
    first, second = await give(gateway, (Invoice, draft), {"coupon_id": amount}, {"promotion_code_id": code})
    assert (first.position, first.name, first.amount_off, first.end_at) == (1, "Five", 500, None)
    assert (first.invoice_id, first.invoice_item_id, first.customer_id) == (draft, None, None)
    assert (second.position, second.coupon_id, second.promotion_code_id) == (2, months, code)
    assert (second.start_at, second.end_at) == (gateway.clock.now(), datetime(2024, 1, 14, 22, 13, 20, tzinfo=UTC))
    assert [(await gateway.row(Coupon, id)).times_redeemed for id in (amount, months)] == [1, 1]
    assert (await gateway.row(PromotionCode, code)).times_redeemed == 1
    terms = discount_terms(await gateway.row(Discount, first.id))
    assert (terms.percent_off, terms.amount_off_in("usd"), terms.amount_off_in("eur")) == (None, 500, 450)
    assert terms.product_ids is None


async def test_discounts_replace_the_earlier_ones_and_keep_what_is_named_again(gateway: Gateway) -> None:
    one, two, three = [await coupon(gateway, max_redemptions=1) for _ in range(3)]
    target = (Invoice, await gateway.draft())
    first, second = await give(gateway, target, {"coupon_id": one}, {"coupon_id": two})
    kept = await give(gateway, target, {"coupon_id": three}, {"coupon_id": two}, {"discount_id": first.id})
    assert [(d.coupon_id, d.position) for d in kept] == [(three, 1), (two, 2), (one, 3)]
    assert [kept[1].id, kept[2].id] == [second.id, first.id]
    assert [(await gateway.row(Coupon, id)).times_redeemed for id in (one, two, three)] == [1, 1, 1]
    await give(gateway, target, {"discount_id": second.id})
    assert [row.id for row in await gateway.rows(Discount)] == [second.id]
    assert await refused(gateway, target, {"discount_id": first.id}) == (
        "RESOURCE_MISSING",
        ("discounts", "0", "discount_id"),
    )
    assert await give(gateway, target) == []
    assert await gateway.rows(Discount) == []


async def test_a_discount_of_the_customer_is_copied(gateway: Gateway) -> None:
    id = await coupon(gateway, duration=REPEATING, duration_in_months=1)
    customer = await gateway.customer()
    (stored,) = await give(gateway, (Customer, customer), {"coupon_id": id})
    assert (stored.customer_id, stored.invoice_id) == (customer, None)
    draft = await gateway.draft(customer_id=customer)
    gateway.clock.advance(days=1)
    (copied,) = await give(gateway, (Invoice, draft), {"discount_id": stored.id})
    assert copied.id != stored.id
    assert (copied.customer_id, copied.invoice_id, copied.percent_off) == (None, draft, Decimal(25))
    assert (copied.start_at, copied.end_at) == (stored.start_at, stored.end_at)
    assert (await gateway.row(Coupon, id)).times_redeemed == 1
    gateway.clock.advance(days=40)
    other = await gateway.draft(customer_id=customer)
    assert await refused(gateway, (Invoice, other), {"discount_id": stored.id}) == (
        "COUPON_EXPIRED",
        ("discounts", "0"),
    )
    stranger = (Invoice, await gateway.draft())
    assert (await refused(gateway, stranger, {"discount_id": stored.id}))[0] == "RESOURCE_MISSING"


async def test_entries_name_one_thing_each_and_no_coupon_twice(gateway: Gateway) -> None:
    id = await coupon(gateway, max_redemptions=1)
    code = await gateway.done("promotionCodeCreate", coupon_id=id)
    target = (Invoice, await gateway.draft())
    both = {"coupon_id": id, "promotion_code_id": code}
    named, coded = {"coupon_id": id}, {"promotion_code_id": code}
    for entries, refusal in (
        ([{}], ("PARAMETER_MISSING", ("discounts", "0", "coupon_id"))),
        ([both], ("PARAMETERS_EXCLUSIVE", ("discounts", "0", "promotion_code_id"))),
        ([named, named], ("PARAMETER_INVALID", ("discounts", "1"))),
        ([named, coded], ("PARAMETER_INVALID", ("discounts", "1"))),
        ([coded, named], ("PARAMETER_INVALID", ("discounts", "1"))),
        ([named] * 21, ("PARAMETER_INVALID", ("discounts",))),
        ([{"coupon_id": "coup_x"}], ("RESOURCE_MISSING", ("discounts", "0", "coupon_id"))),
        ([{"promotion_code_id": "promo_x"}], ("RESOURCE_MISSING", ("discounts", "0", "promotion_code_id"))),
        ([{"discount_id": "di_x"}], ("RESOURCE_MISSING", ("discounts", "0", "discount_id"))),
    ):
        assert await refused(gateway, target, *entries) == refusal


async def test_what_is_expired_used_up_or_inactive_is_refused(gateway: Gateway) -> None:
    soon = gateway.clock.now() + timedelta(days=1)
    by_date, once = await coupon(gateway, redeem_by=soon), await coupon(gateway, max_redemptions=1)
    general = await coupon(gateway)
    short = await gateway.done("promotionCodeCreate", coupon_id=general, expires_at=soon)
    single = await gateway.done("promotionCodeCreate", coupon_id=general, max_redemptions=1)
    dormant = await gateway.done("promotionCodeCreate", coupon_id=general, active=False)
    target, other = (Invoice, await gateway.draft()), (Invoice, await gateway.draft())
    await give(gateway, other, {"coupon_id": once}, {"promotion_code_id": single})
    assert await refused(gateway, target, {"coupon_id": once}) == EXPIRED
    assert await refused(gateway, target, {"promotion_code_id": single}) == EXPIRED
    assert await refused(gateway, target, {"promotion_code_id": dormant}) == EXPIRED
    gateway.clock.advance(days=1)
    await give(gateway, other, {"coupon_id": by_date}, {"promotion_code_id": short})
    gateway.clock.advance(seconds=1)
    assert await refused(gateway, target, {"coupon_id": by_date}) == EXPIRED
    assert await refused(gateway, target, {"promotion_code_id": short}) == EXPIRED
    await give(gateway, other, {"promotion_code_id": short}, {"coupon_id": by_date})


async def test_a_promotion_code_keeps_to_its_customers(gateway: Gateway) -> None:
    wrong = ("PARAMETER_INVALID", ("discounts", "0", "promotion_code_id"))
    id, jenny = await coupon(gateway), await gateway.customer()
    hers = await gateway.done("promotionCodeCreate", coupon_id=id, customer_id=jenny)
    assert await refused(gateway, (Invoice, await gateway.draft()), {"promotion_code_id": hers}) == wrong
    draft = (Invoice, await gateway.draft(customer_id=jenny))
    assert len(await give(gateway, draft, {"promotion_code_id": hers})) == 1
    first = await gateway.done("promotionCodeCreate", coupon_id=id, restrictions={"first_time_transaction": True})
    assert len(await give(gateway, draft, {"promotion_code_id": first})) == 1
    await gateway.open_invoice(customer_id=jenny)
    later = (Invoice, await gateway.draft(customer_id=jenny))
    assert await refused(gateway, later, {"promotion_code_id": first}) == wrong


async def test_a_minimum_amount_is_for_invoices_of_its_currency(gateway: Gateway) -> None:
    restrictions = {"minimum_amount": 1500, "minimum_amount_currency": "usd"}
    code = await gateway.done("promotionCodeCreate", coupon_id=await coupon(gateway), restrictions=restrictions)
    customer = await gateway.customer()
    where = ("discounts", "0", "promotion_code_id")
    item = await gateway.done("invoiceItemCreate", customer_id=customer, amount=2000)
    for target in ((InvoiceItem, item), (Customer, customer)):
        assert await refused(gateway, target, {"promotion_code_id": code}) == ("PARAMETER_INVALID", where)
    euro = (Invoice, await gateway.draft(2000, currency="eur"))
    assert await refused(gateway, euro, {"promotion_code_id": code}) == ("CURRENCY_MISMATCH", where)
    for amount, enough in ((1499, False), (1500, True)):
        draft = await gateway.draft(amount)
        await give(gateway, (Invoice, draft), {"promotion_code_id": code})
        async with gateway.services.database.transaction() as connection:
            uow = gateway.services.unit_of_work(connection, gateway.actor.account_id, "operation")
            invoice = await uow.require(Invoice, draft, ())
            if enough:
                await check_minimum_amounts(uow, invoice)
            else:
                with pytest.raises(InputRefusal) as caught:
                    await check_minimum_amounts(uow, invoice)
                assert (caught.value.code, caught.value.path) == ("PARAMETER_INVALID", where)


async def test_items_and_customers_have_discounts_of_their_own(gateway: Gateway) -> None:
    id, customer = await coupon(gateway), await gateway.customer()
    item = await gateway.done("invoiceItemCreate", customer_id=customer, amount=2000)
    (on_item,) = await give(gateway, (InvoiceItem, item), {"coupon_id": id})
    (in_store,) = await give(gateway, (Customer, customer), {"coupon_id": id})
    assert (on_item.invoice_item_id, on_item.customer_id) == (item, None)
    assert (in_store.invoice_item_id, in_store.customer_id) == (None, customer)
    assert (await gateway.row(Coupon, id)).times_redeemed == 2


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [("2024-01-31", 1, "2024-02-29"), ("2023-01-31", 1, "2023-02-28"), ("2023-11-15", 14, "2025-01-15")],
)
def test_months_end_on_a_day_that_there_is(start: str, months: int, end: str) -> None:
    assert months_after(datetime.fromisoformat(start), months) == datetime.fromisoformat(end)
