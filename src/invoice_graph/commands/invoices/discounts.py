"""Discounts: coupons at work on invoices and invoice items, or in store for a customer's next invoices."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from invoice_graph.commands.catalogue.promotion_codes import is_usable
from invoice_graph.domain import discounts as rules
from invoice_graph.domain.coupons import end_of, is_redeemable
from invoice_graph.domain.errors import ErrorCode
from invoice_graph.domain.fields import Input, Path, refuse
from invoice_graph.domain.ids import Prefix
from invoice_graph.domain.kinds import CouponDuration
from invoice_graph.domain.lifecycle import InvoiceStatus
from invoice_graph.store.tables import Coupon, Customer, Discount, Invoice, InvoiceItem, PromotionCode
from invoice_graph.store.unit_of_work import UnitOfWork, missing

Owner = Invoice | InvoiceItem | Customer

_OWNING_COLUMNS: dict[type[Owner], str] = {
    Customer: "customer_id",
    Invoice: "invoice_id",
    InvoiceItem: "invoice_item_id",
}
_TERMS = ("name", "percent_off", "amount_off", "currency", "currency_options", "product_ids")
_BILLED_BEFORE = (InvoiceStatus.OPEN, InvoiceStatus.PAID, InvoiceStatus.UNCOLLECTIBLE)


async def give_discounts(
    uow: UnitOfWork,
    entries: Sequence[Input],
    owner: Owner,
    customer: Customer,
    now: datetime,
    path: Path = ("discounts",),
) -> list[Discount]:
    """Makes the discounts that the entries name those of `owner`, in place of the ones it had.

    `path` leads to the list of entries. An entry that names what a discount of the owner was made of keeps that
    discount, so that nothing is redeemed twice.
    """
    giving = _Giving(uow, owner, customer, now, await discounts_of(uow, owner))
    for place, entry in enumerate(entries):
        giving.given.append(await giving.discount(entry, (*path, str(place))))
    for discount in giving.before:
        if discount not in giving.given:
            uow.delete(discount)
    for position, discount in enumerate(giving.given, 1):
        discount.position = position
    return giving.given


async def discounts_of(uow: UnitOfWork, owner: Owner) -> list[Discount]:
    """The discounts of an invoice, an invoice item or a customer, in their order."""
    column = _OWNING_COLUMNS[type(owner)]
    owned: dict[str, Any] = {column: owner.id}
    stored = await uow.find(Discount, **owned)
    added = [discount for discount in uow.added(Discount) if getattr(discount, column) == owner.id]
    return sorted((*stored, *added), key=lambda discount: discount.position)


async def copy_discounts(uow: UnitOfWork, ids: Sequence[str], owner: Owner) -> list[str]:
    """Copies of discounts for another owner, by id; nothing is redeemed by them."""
    copies: list[str] = []
    for position, id in enumerate(ids, 1):
        copy = _copy(uow, await uow.require(Discount, id, ("discounts",)), owner)
        copy.position = position
        copies.append(copy.id)
    return copies


async def take_customer_discounts(uow: UnitOfWork, customer: Customer, invoice: Invoice) -> list[str]:
    """What a customer has in store for a new invoice, copied to it; a discount of a coupon for ONCE is used up."""
    if customer.discount_id is None:
        return []
    current = [d for d in await discounts_of(uow, customer) if d.end_at is None or d.end_at > uow.now]
    copies = await copy_discounts(uow, [discount.id for discount in current], invoice)
    for discount in current:
        coupon = await uow.get(Coupon, discount.coupon_id)
        if coupon is not None and coupon.duration == CouponDuration.ONCE:
            uow.delete(discount)
            customer.discount_id = None
    return copies


def _copy(uow: UnitOfWork, source: Discount, owner: Owner) -> Discount:
    return _new(uow, owner, source, (source.coupon_id, source.promotion_code_id), source.start_at, source.end_at)


def _new(
    uow: UnitOfWork,
    owner: Owner,
    terms: Coupon | Discount,
    source: tuple[str, str | None],
    start: datetime,
    end: datetime | None,
) -> Discount:
    """A discount on the terms of a coupon or of another discount; `source` are the coupon's id and the code's."""
    copied: dict[str, Any] = {name: getattr(terms, name) for name in _TERMS}
    copied[_OWNING_COLUMNS[type(owner)]] = owner.id
    coupon_id, code_id = source
    discount = Discount(
        account_id=uow.account_id,
        id=uow.ids.make(Prefix.DISCOUNT),
        created_at=uow.now,
        coupon_id=coupon_id,
        promotion_code_id=code_id,
        start_at=start,
        end_at=end,
        **copied,
    )
    return uow.add(discount)


async def check_minimum_amounts(uow: UnitOfWork, invoice: Invoice, path: Path = ("discounts",)) -> None:
    """Refuses promotion codes that want more than the invoice's subtotal; ask once its totals are known."""
    for place, discount in enumerate(await discounts_of(uow, invoice)):
        code = discount.promotion_code_id and await uow.get(PromotionCode, discount.promotion_code_id)
        if code and code.minimum_amount is not None and invoice.subtotal < code.minimum_amount:
            message = f"The promotion code wants a subtotal of {code.minimum_amount} or more; it is {invoice.subtotal}."
            raise refuse(message, (*path, str(place), "promotion_code_id"))


def discount_terms(row: Discount) -> rules.Discount:
    """A discount as totals are computed with it."""
    return rules.Discount(
        id=row.id,
        percent_off=row.percent_off,
        amount_off=row.amount_off,
        currency=row.currency,
        currency_options={option["currency"]: option["amountOff"] for option in row.currency_options},
        product_ids=None if row.product_ids is None else frozenset(row.product_ids),
    )


@dataclass(frozen=True, slots=True)
class _Giving:
    """Discounts on their way to an owner. `before`: the ones it has; `given`: those that the entries so far name."""

    uow: UnitOfWork
    owner: Owner
    customer: Customer
    now: datetime
    before: Sequence[Discount]
    given: list[Discount] = field(default_factory=list)

    async def discount(self, entry: Input, path: Path) -> Discount:
        """The discount that an entry names or makes."""
        if entry.get("discount_id") is not None:
            return await self._known(entry["discount_id"], path)
        if entry.get("promotion_code_id") is not None:
            return await self._from_code(entry["promotion_code_id"], path)
        coupon = await self.uow.require(Coupon, entry["coupon_id"], (*path, "coupon_id"))
        self._check_new(coupon.id, path)
        return self._kept(coupon, None) or self._redeemed(coupon, None, path)

    def _check_new(self, coupon_id: str, path: Path) -> None:
        if any(discount.coupon_id == coupon_id for discount in self.given):
            raise refuse("The coupon is in the list already; name each coupon once.", path)

    async def _known(self, id: str, path: Path) -> Discount:
        """A discount of the owner itself, or a copy of one of the customer's."""
        known = {discount.id: discount for discount in (*self.before, *await discounts_of(self.uow, self.customer))}
        if id not in known:
            raise missing(Discount, id, (*path, "discount_id"))
        self._check_new(known[id].coupon_id, path)
        return known[id] if known[id] in self.before else self._copied(known[id], path)

    async def _from_code(self, id: str, path: Path) -> Discount:
        where = (*path, "promotion_code_id")
        code = await self.uow.require(PromotionCode, id, where)
        coupon = await self.uow.get(Coupon, code.coupon_id)
        if coupon is None:
            raise _expired("The promotion code's coupon was deleted", path)
        self._check_new(coupon.id, path)
        kept = self._kept(coupon, code)
        if kept is not None:
            return kept
        discount = self._redeemed(coupon, code, path)
        await self._check_restrictions(code, where)
        return discount

    def _kept(self, coupon: Coupon, code: PromotionCode | None) -> Discount | None:
        source = (coupon.id, code.id if code else None)
        return next((known for known in self.before if (known.coupon_id, known.promotion_code_id) == source), None)

    def _redeemed(self, coupon: Coupon, code: PromotionCode | None, path: Path) -> Discount:
        if not is_redeemable(coupon.times_redeemed, coupon.max_redemptions, coupon.redeem_by, self.now):
            raise _expired("The coupon can't be redeemed any more", path)
        if code is not None and not is_usable(code, self.now):
            raise _expired("The promotion code can't be redeemed any more", path)
        coupon.times_redeemed += 1
        if code is not None:
            code.times_redeemed += 1
        end = end_of(CouponDuration(coupon.duration), coupon.duration_in_months, self.now)
        return _new(self.uow, self.owner, coupon, (coupon.id, code.id if code else None), self.now, end)

    def _copied(self, discount: Discount, path: Path) -> Discount:
        if discount.end_at is not None and discount.end_at < self.now:
            raise _expired("The discount has ended", path)
        return _copy(self.uow, discount, self.owner)

    async def _check_restrictions(self, code: PromotionCode, path: Path) -> None:
        """What a promotion code asks of the customer and of what it is used on."""
        if code.customer_id not in (None, self.customer.id):
            raise refuse("The promotion code is another customer's; name one that this customer may use.", path)
        if code.first_time_transaction and await self._was_billed():
            raise refuse("The promotion code is for a customer's first invoice; name another.", path)
        if code.minimum_amount is None:
            return
        if not isinstance(self.owner, Invoice):
            raise refuse("The promotion code wants a minimum amount; it can only be used on an invoice.", path)
        if code.minimum_amount_currency != self.owner.currency:
            message = f"The promotion code is for invoices in {code.minimum_amount_currency}; name another."
            raise refuse(message, path, ErrorCode.CURRENCY_MISMATCH)

    async def _was_billed(self) -> bool:
        for status in _BILLED_BEFORE:
            if await self.uow.find(Invoice, limit=1, customer_id=self.customer.id, status=status):
                return True
        return False


def _expired(reason: str, path: Path) -> Exception:
    return refuse(f"{reason}; leave the entry out or name another.", path, ErrorCode.COUPON_EXPIRED)
