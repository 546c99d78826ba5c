"""Inputs about customers and the account."""

import strawberry

from invoice_graph.commands.sessions import LONGEST, SHORTEST, USUAL
from invoice_graph.domain.kinds import AmountTaxDisplay, ExhaustedRetries, InvoiceNumbering
from invoice_graph.domain.taxes import TaxExempt, TaxRounding
from invoice_graph.schema.fields import optional, required
from invoice_graph.schema.inputs.common import (
    AddressInput,
    Change,
    ChangeById,
    CustomFieldInput,
    MetadataEntryInput,
    ShippingInput,
    TaxIdInput,
    Write,
)
from invoice_graph.schema.inputs.discounts import DiscountInput
from invoice_graph.schema.scalars import BigInt, CurrencyCode, MinorUnits


@strawberry.input(description="A customer who is to see their invoices.")
class CustomerSessionCreateInput(Write):
    customer_id: strawberry.ID = required("Whose invoices the token shows.")
    expires_in_seconds: int | None = optional(
        f"How long the token lives, {SHORTEST} to {LONGEST} seconds; {USUAL} when absent."
    )


@strawberry.input(description="The fields of a customer.")
class CustomerFields:
    name: str | None = optional("Full name or business name.")
    email: str | None = optional("Where invoices are sent.")
    phone: str | None = optional("Telephone number.")
    description: str | None = optional("A note for yourselves.")
    address: AddressInput | None = optional("Billing address.")
    shipping: ShippingInput | None = optional("Where goods go.")
    metadata: list[MetadataEntryInput] | None = optional("Labels, merged by key; null removes all.")
    balance: MinorUnits | None = optional("The balance in the customer's currency; negative is credit.")
    tax_exempt: TaxExempt | None = optional("The tax status.")
    invoice_prefix: str | None = optional("The prefix of invoice numbers: 3 to 12 upper-case letters or digits.")
    next_invoice_sequence: BigInt | None = optional("The next number after the prefix; it can only be raised.")
    default_payment_method_id: strawberry.ID | None = optional("Charged when an invoice names no payment method.")
    invoice_footer: str | None = optional("The footer of invoices that have none of their own.")
    invoice_custom_fields: list[CustomFieldInput] | None = optional(
        "The custom fields of invoices that have none of their own."
    )
    preferred_locales: list[str] | None = optional("Languages, best first.")
    tax_ids: list[TaxIdInput] | None = optional("Up to 5 tax ids; replaces all.")
    discount: DiscountInput | None = optional("The discount that the customer's next invoices get; null takes it away.")
    rendering_template_id: strawberry.ID | None = optional("The template of invoices that have none of their own.")
    amount_tax_display: AmountTaxDisplay | None = optional("How lines of new invoices show inclusive tax.")


@strawberry.input(description="A new customer.")
class CustomerCreateInput(Write, CustomerFields):
    currency: CurrencyCode | None = optional("The currency of the balance; the account's default when absent.")
    test_clock_id: strawberry.ID | None = optional("The test clock that the customer lives on, for good.")


@strawberry.input(description="A change of a customer. Drafts follow; finalized invoices keep what they show.")
class CustomerUpdateInput(ChangeById, CustomerFields):
    pass


@strawberry.input(description="A change of the account's settings.")
class AccountUpdateInput(Change):
    name: str | None = optional("The business's name.")
    country: str | None = optional("The business's country, two upper-case letters.")
    default_currency: CurrencyCode | None = optional("The currency of invoices of customers that have none.")
    invoice_numbering: InvoiceNumbering | None = optional("Whose sequence invoice numbers are taken from.")
    invoice_prefix: str | None = optional("The account's prefix: 3 to 12 upper-case letters or digits.")
    next_invoice_sequence: BigInt | None = optional("The next number after the prefix; it can only be raised.")
    tax_rounding: TaxRounding | None = optional("Where taxes are rounded.")
    grace_seconds: int | None = optional("How long after its creation a draft with `autoAdvance` is finalized.")
    payment_terms_days: int | None = optional("After how many days an invoice is due when nothing else is said.")
    payment_method_types: list[str] | None = optional("The enabled types of payment methods; null enables all.")
    overdue_after_days: int | None = optional("How many days after its due date an open invoice is reported overdue.")
    will_be_due_days: int | None = optional("How many days before its due date an open invoice is announced.")
    exhausted_retries: ExhaustedRetries | None = optional("What becomes of an invoice after the last attempt.")
    invoice_description: str | None = optional("The memo of invoices that have none of their own.")
    invoice_footer: str | None = optional("The footer of invoices that have none of their own.")
    invoice_custom_fields: list[CustomFieldInput] | None = optional(
        "The custom fields of invoices that have none of their own."
    )
