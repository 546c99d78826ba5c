"""What a list holds is also there by its id, whatever it is; read from the demonstration, which has everything."""

from pathlib import Path

import pytest
from played_pages import ask, fresh_demo

from invoice_graph.config import Settings
from invoice_graph.domain.clock import SystemClock
from invoice_graph.server.gateway import open_gateway

pytestmark = pytest.mark.anyio

LISTS = {
    "customers": "customer",
    "invoices": "invoice",
    "invoiceItems": "invoiceItem",
    "invoicePayments": "invoicePayment",
    "invoiceRenderingTemplates": "invoiceRenderingTemplate",
    "creditNotes": "creditNote",
    "products": "product",
    "prices": "price",
    "taxRates": "taxRate",
    "coupons": "coupon",
    "promotionCodes": "promotionCode",
    "testClocks": "testClock",
}


@pytest.fixture(scope="module")
def demo(folder: Path) -> Settings:
    """A fresh demonstration."""
    return fresh_demo(folder / "demo.db")


@pytest.mark.parametrize(("plural", "singular"), LISTS.items())
async def test_what_a_list_holds_is_found_by_its_own_field_and_by_node(
    demo: Settings, plural: str, singular: str
) -> None:
    async with open_gateway(demo, SystemClock()) as gateway:
        (listed,) = await ask(gateway, f"{{ {plural}(first: 2) {{ nodes {{ __typename id }} }} }}")
        nodes = listed["data"][plural]["nodes"]
        assert nodes
        for node in nodes:
            own = f'{singular}(id: "{node["id"]}") {{ __typename id }}'
            (found,) = await ask(gateway, f'{{ {own} node(id: "{node["id"]}") {{ __typename id }} }}')
            assert found["data"] == {singular: node, "node": node}
