"""Rendering templates: how documents look, each version kept."""

from invoice_graph.commands.catalogue.changes import write_given
from invoice_graph.commands.operations import Done, Services
from invoice_graph.domain.fields import Input, refuse
from invoice_graph.domain.ids import Prefix
from invoice_graph.domain.kinds import TemplateStatus
from invoice_graph.store.tables import InvoiceRenderingTemplate, TemplateVersion
from invoice_graph.store.unit_of_work import UnitOfWork

_RENDERED = ("memo", "footer", "custom_fields", "page_size", "amount_tax_display")
"""What a document shows; each change makes a version."""
_SHARED = ("nickname", "status", "details")
"""What all versions have in common."""


async def create_template(uow: UnitOfWork, input: Input, services: Services) -> Done:
    """invoiceRenderingTemplateCreate."""
    template = InvoiceRenderingTemplate(
        account_id=uow.account_id, id=uow.ids.make(Prefix.RENDERING_TEMPLATE), created_at=uow.now
    )
    _write(template, input)
    uow.add(_version_of(template))
    return Done(uow.add(template).id)


async def update_template(uow: UnitOfWork, input: Input, services: Services) -> Done:
    """invoiceRenderingTemplateUpdate."""
    template = await uow.require(InvoiceRenderingTemplate, input["id"], ("id",))
    if template.status == TemplateStatus.ARCHIVED:
        message = "The template is archived; bring it back with invoiceRenderingTemplateUnarchive first."
        raise refuse(message, ("id",))
    before = _rendering(template)
    _write(template, input)
    if _rendering(template) != before:
        template.version += 1
        uow.add(_version_of(template))
    await _share(uow, template)
    return Done(template.id)


async def archive_template(uow: UnitOfWork, input: Input, services: Services) -> Done:
    """invoiceRenderingTemplateArchive."""
    return await _set_status(uow, input["id"], TemplateStatus.ARCHIVED)


async def unarchive_template(uow: UnitOfWork, input: Input, services: Services) -> Done:
    """invoiceRenderingTemplateUnarchive."""
    return await _set_status(uow, input["id"], TemplateStatus.ACTIVE)


async def _set_status(uow: UnitOfWork, id: str, status: TemplateStatus) -> Done:
    template = await uow.require(InvoiceRenderingTemplate, id, ("id",))
    template.status = status
    await _share(uow, template)
    return Done(template.id)


def _write(template: InvoiceRenderingTemplate, given: Input) -> None:
    write_given(template, given, ("nickname", *_RENDERED))
    template.custom_fields = template.custom_fields or []


def _rendering(template: InvoiceRenderingTemplate) -> list[object]:
    return [getattr(template, name) for name in _RENDERED]


async def _share(uow: UnitOfWork, template: InvoiceRenderingTemplate) -> None:
    """Brings what all versions have in common up to date in each of them."""
    for version in await uow.find(TemplateVersion, id=template.id, hold=True):
        for name in _SHARED:
            setattr(version, name, getattr(template, name))


def _version_of(template: InvoiceRenderingTemplate) -> TemplateVersion:
    names = ("account_id", "id", "created_at", "version", *_SHARED, *_RENDERED)
    return TemplateVersion(**{name: getattr(template, name) for name in names})
