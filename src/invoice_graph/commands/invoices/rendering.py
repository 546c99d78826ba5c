"""How an invoice's document looks, and what it says when the invoice itself says nothing."""

from typing import Any

from invoice_graph.domain.fields import Input, Path, refuse
from invoice_graph.domain.kinds import TemplateStatus
from invoice_graph.store.tables import Account, Customer, Invoice, InvoiceRenderingTemplate, TemplateVersion
from invoice_graph.store.unit_of_work import UnitOfWork, missing

TEXTS = ("description", "footer", "custom_fields")
"""What templates, customers and accounts say for invoices that do not say it themselves."""

Inherited = dict[str, Any]


def flattened(input: Input) -> dict[str, Any]:
    """An input with the members of `rendering` as fields of their own, named by their paths."""
    flat = {name: value for name, value in input.items() if name != "rendering"}
    if "rendering" in input:
        rendering = input["rendering"] or {"template_id": None, "amount_tax_display": None, "pdf": None}
        flat |= {f"rendering.{name}": value for name, value in rendering.items() if name != "pdf"}
        if "pdf" in rendering:
            flat["rendering.pdf.page_size"] = (rendering["pdf"] or {}).get("page_size")
    return flat


async def write_rendering(uow: UnitOfWork, invoice: Invoice, given: Input) -> None:
    """Writes the fields of `rendering`; refuses archived templates and versions that do not exist."""
    if "rendering.template_id" in given:
        await _write_template(uow, invoice, given["rendering.template_id"], given.get("rendering.template_version"))
    elif given.get("rendering.template_version") is not None:
        await _write_version(uow, invoice, given["rendering.template_version"])
    if "rendering.amount_tax_display" in given:
        invoice.amount_tax_display = given["rendering.amount_tax_display"]
    if "rendering.pdf.page_size" in given:
        invoice.page_size = given["rendering.pdf.page_size"]


async def usable_template(uow: UnitOfWork, id: str, path: Path) -> InvoiceRenderingTemplate:
    """A template that new objects may refer to."""
    template = await uow.require(InvoiceRenderingTemplate, id, path)
    if template.status == TemplateStatus.ARCHIVED:
        raise refuse("The template is archived; unarchive it, or name another.", path)
    return template


async def inherited(uow: UnitOfWork, invoice: Invoice, customer: Customer, account: Account) -> Inherited:
    """What the document says unless the invoice says it: by the invoice's template, the customer's, the customer,
    the account, the first that says something."""
    templates = [
        await _template(uow, invoice.rendering_template_id, invoice.rendering_template_version),
        await _template(uow, customer.rendering_template_id, None),
    ]
    sayings: list[Inherited] = [
        *({"description": t.memo, "footer": t.footer, "custom_fields": t.custom_fields} for t in templates if t),
        {"footer": customer.invoice_footer, "custom_fields": customer.invoice_custom_fields},
        {
            "description": account.invoice_description,
            "footer": account.invoice_footer,
            "custom_fields": account.invoice_custom_fields,
        },
    ]
    found = {name: next((said[name] for said in sayings if said.get(name)), None) for name in TEXTS}
    return {**found, "custom_fields": found["custom_fields"] or []}


def inherit(invoice: Invoice, before: Inherited, after: Inherited, given: Input) -> None:
    """Brings what an invoice inherited up to date; what was set on it stays."""
    for name in TEXTS:
        if name not in given and getattr(invoice, name) == before[name]:
            setattr(invoice, name, after[name])


async def _template(uow: UnitOfWork, id: str | None, version: int | None) -> Any:
    if id is None:
        return None
    if version is None:
        return await uow.get(InvoiceRenderingTemplate, id)
    found = await uow.find(TemplateVersion, id=id, version=version)
    return found[0] if found else None


async def _write_template(uow: UnitOfWork, invoice: Invoice, id: str | None, version: int | None) -> None:
    if id is not None and id != invoice.rendering_template_id:
        await usable_template(uow, id, ("rendering", "template_id"))
    invoice.rendering_template_id, invoice.rendering_template_version = id, None
    if version is not None:
        await _write_version(uow, invoice, version)


async def _write_version(uow: UnitOfWork, invoice: Invoice, version: int) -> None:
    path = ("rendering", "template_version")
    if invoice.rendering_template_id is None:
        raise refuse("A version needs a template; give templateId too.", path)
    if await _template(uow, invoice.rendering_template_id, version) is None:
        raise missing(TemplateVersion, f"{invoice.rendering_template_id}, version {version}", path)
    invoice.rendering_template_version = version
