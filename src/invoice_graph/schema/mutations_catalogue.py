"""The mutations of the catalogue and of ledgers."""

from invoice_graph.schema.inputs import catalogue, coupons
from invoice_graph.schema.types import payloads_catalogue as payloads

CATALOGUE_MUTATIONS: tuple[tuple[str, type, type, str], ...] = (
    (
        "productCreate",
        catalogue.ProductCreateInput,
        payloads.ProductPayload,
        "Creates a product. Emits PRODUCT_CREATED.",
    ),
    (
        "productUpdate",
        catalogue.ProductUpdateInput,
        payloads.ProductPayload,
        "Changes a product. Emits PRODUCT_UPDATED when something changed.",
    ),
    (
        "priceCreate",
        catalogue.PriceCreateInput,
        payloads.PricePayload,
        "Creates a price of a product. Emits PRICE_CREATED.",
    ),
    (
        "priceUpdate",
        catalogue.PriceUpdateInput,
        payloads.PricePayload,
        "Changes what is not an amount of a price. The default price of a product stays active. Emits PRICE_UPDATED "
        "when something changed.",
    ),
    (
        "taxRateCreate",
        catalogue.TaxRateCreateInput,
        payloads.TaxRatePayload,
        "Creates a tax rate. Emits TAX_RATE_CREATED.",
    ),
    (
        "taxRateUpdate",
        catalogue.TaxRateUpdateInput,
        payloads.TaxRatePayload,
        "Changes a tax rate, but not what it charges. Emits TAX_RATE_UPDATED when something changed.",
    ),
    (
        "couponCreate",
        coupons.CouponCreateInput,
        payloads.CouponPayload,
        "Creates a coupon. Emits COUPON_CREATED.",
    ),
    (
        "couponUpdate",
        coupons.CouponUpdateInput,
        payloads.CouponPayload,
        "Changes a coupon's name and labels. Emits COUPON_UPDATED when something changed.",
    ),
    (
        "couponDelete",
        coupons.CouponDeleteInput,
        payloads.CouponPayload,
        "Deletes a coupon and deactivates its promotion codes. Discounts keep its terms. Emits COUPON_DELETED and "
        "PROMOTION_CODE_UPDATED, as they apply.",
    ),
    (
        "promotionCodeCreate",
        coupons.PromotionCodeCreateInput,
        payloads.PromotionCodePayload,
        "Creates a promotion code of a coupon. Emits PROMOTION_CODE_CREATED.",
    ),
    (
        "promotionCodeUpdate",
        coupons.PromotionCodeUpdateInput,
        payloads.PromotionCodePayload,
        "Changes a promotion code. Emits PROMOTION_CODE_UPDATED when something changed.",
    ),
    (
        "invoiceRenderingTemplateCreate",
        catalogue.InvoiceRenderingTemplateCreateInput,
        payloads.InvoiceRenderingTemplatePayload,
        "Creates a rendering template.",
    ),
    (
        "invoiceRenderingTemplateUpdate",
        catalogue.InvoiceRenderingTemplateUpdateInput,
        payloads.InvoiceRenderingTemplatePayload,
        "Changes a rendering template that is not archived. Earlier versions can still be read.",
    ),
    (
        "invoiceRenderingTemplateArchive",
        catalogue.InvoiceRenderingTemplateArchiveInput,
        payloads.InvoiceRenderingTemplatePayload,
        "Archives a rendering template: it can't be changed or newly used; where it is used, it stays.",
    ),
    (
        "invoiceRenderingTemplateUnarchive",
        catalogue.InvoiceRenderingTemplateUnarchiveInput,
        payloads.InvoiceRenderingTemplatePayload,
        "Brings a rendering template back.",
    ),
    (
        "customerBalanceTransactionCreate",
        catalogue.CustomerBalanceTransactionCreateInput,
        payloads.BalanceTransactionPayload,
        "Adds an ADJUSTMENT to a customer's ledger; drafts follow. Emits CUSTOMER_UPDATED when the balance in the "
        "customer's currency moved.",
    ),
)
"""Name, input, payload, and what it does."""
