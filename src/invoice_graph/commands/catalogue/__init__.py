"""The catalogue: what is sold, how it is taxed, what is taken off, how documents look."""

from invoice_graph.commands.catalogue import shapes
from invoice_graph.commands.catalogue.coupons import create_coupon, delete_coupon, update_coupon
from invoice_graph.commands.catalogue.prices import create_price, make_price, update_price
from invoice_graph.commands.catalogue.products import create_product, make_product, update_product
from invoice_graph.commands.catalogue.promotion_codes import create_promotion_code, update_promotion_code
from invoice_graph.commands.catalogue.tax_rates import create_tax_rate, make_tax_rate, update_tax_rate
from invoice_graph.commands.catalogue.templates import (
    archive_template,
    create_template,
    unarchive_template,
    update_template,
)
from invoice_graph.commands.operations import Command
from invoice_graph.commands.shapes import IDENTIFIED
from invoice_graph.store.tables import Coupon, InvoiceRenderingTemplate, Price, Product, PromotionCode, TaxRate

__all__ = ["CATALOGUE_COMMANDS", "make_price", "make_product", "make_tax_rate"]

_Template = InvoiceRenderingTemplate

CATALOGUE_COMMANDS = (
    Command("productCreate", Product, shapes.PRODUCT_CREATE, create_product, creates=True),
    Command("productUpdate", Product, shapes.PRODUCT_UPDATE, update_product),
    Command("priceCreate", Price, shapes.PRICE_CREATE, create_price, creates=True),
    Command("priceUpdate", Price, shapes.PRICE_UPDATE, update_price),
    Command("taxRateCreate", TaxRate, shapes.TAX_RATE_CREATE, create_tax_rate, creates=True),
    Command("taxRateUpdate", TaxRate, shapes.TAX_RATE_UPDATE, update_tax_rate),
    Command("couponCreate", Coupon, shapes.COUPON_CREATE, create_coupon, creates=True),
    Command("couponUpdate", Coupon, shapes.COUPON_UPDATE, update_coupon),
    Command("couponDelete", Coupon, IDENTIFIED, delete_coupon),
    Command("promotionCodeCreate", PromotionCode, shapes.PROMOTION_CODE_CREATE, create_promotion_code, creates=True),
    Command("promotionCodeUpdate", PromotionCode, shapes.PROMOTION_CODE_UPDATE, update_promotion_code),
    Command("invoiceRenderingTemplateCreate", _Template, shapes.TEMPLATE_CREATE, create_template, creates=True),
    Command("invoiceRenderingTemplateUpdate", _Template, shapes.TEMPLATE_UPDATE, update_template),
    Command("invoiceRenderingTemplateArchive", _Template, IDENTIFIED, archive_template),
    Command("invoiceRenderingTemplateUnarchive", _Template, IDENTIFIED, unarchive_template),
)
