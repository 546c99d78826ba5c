"""The libraries and tools that front ends use: what docs/frontend.md shows of them works with what npm has."""

import shutil
from pathlib import Path

import pytest
from javascript import install, run_script, run_tool
from pages_with_code import ROOT, WRITTEN_FOR, Block, blocks

pytestmark = pytest.mark.npm

BLOCKS = blocks((ROOT / "docs" / "frontend.md").read_text())
PROGRAMS = [block for block in BLOCKS if block.language == "js" and "import " in block.text]
(CODEGEN,) = [block.text for block in BLOCKS if block.language == "ts"]
(RELAY,) = [block.text for block in BLOCKS if block.language == "json" and '"customScalarTypes"' in block.text]

LIVE = """
import { Client, fetchExchange } from "@urql/core";

const url = "http://127.0.0.1:8000/graphql";
const urql = new Client({ url, exchanges: [fetchExchange], fetchSubscriptions: true, preferGetMethod: false });
const read = async (query) => (await urql.query(query, {}).toPromise()).data;
const { eventCursor, customers } = await read("{ eventCursor customers(first: 1) { nodes { id } } }");

const CHANGES = "subscription ($after: String) { invoiceStatusChanged(after: $after, first: 1) { type status } }";
urql.subscription(CHANGES, { after: eventCursor }).subscribe(({ data, error, hasNext }) => {
  console.log(error ? error.message : hasNext ? data.invoiceStatusChanged.type : "ended");
});

const CREATE = `mutation ($customerId: ID!) {
  invoiceCreate(input: { customerId: $customerId, lines: [{ amount: 4200 }] }) { invoice { status } }
}`;
await urql.mutation(CREATE, { customerId: customers.nodes[0].id }).toPromise();
"""
RELAY_COMPONENT = """
import { graphql } from "relay-runtime";

export const rows = graphql`
  fragment InvoiceList_rows on Query
  @argumentDefinitions(first: { type: "Int", defaultValue: 20 }, after: { type: "String" })
  @refetchable(queryName: "InvoiceListPage") {
    invoices(first: $first, after: $after) @connection(key: "InvoiceList_invoices") {
      edges { node { id number total currency currencyDigits status metadata { key value } } }
    }
  }`;
export const query = graphql`query InvoiceListQuery { ...InvoiceList_rows eventCursor }`;
export const again = graphql`fragment InvoiceList_one on Invoice @refetchable(queryName: "InvoiceAgain") { id status }`;
export const changes = graphql`
  subscription InvoiceListChanges($after: String!) {
    invoiceStatusChanged(after: $after) { cursor invoice { id number status } }
  }`;
export const pay = graphql`
  mutation InvoiceListPay($input: InvoicePayInput!) {
    invoicePay(input: $input) {
      invoice { id status }
      userErrors { code message path ... on ConflictError { current { id } } }
    }
  }`;
"""
CODEGEN_MODULE = """
import { graphql } from "./gql";

export const LIST = graphql(`
  query List($after: String) {
    invoices(first: 2, after: $after) { nodes { id total dueAt currencyDigits } }
  }`);
"""
COMPILER = [
    "--noEmit",
    "--strict",
    "--skipLibCheck",
    "--target",
    "es2022",
    "--module",
    "esnext",
    "--moduleResolution",
    "bundler",
]


@pytest.fixture(scope="module")
def libraries(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("libraries")
    install(folder, "@urql/core@6", "@apollo/client@4", "rxjs@7", "graphql@16")
    return folder


@pytest.mark.parametrize("block", PROGRAMS, ids=["apollo", "urql"])
def test_a_program_prints_what_stands_below_it(demonstration: str, libraries: Path, block: Block) -> None:
    assert run_script(block.text.replace(WRITTEN_FOR, demonstration), libraries) == block.answer


def test_urql_hears_of_a_change_live(demonstration: str, libraries: Path) -> None:
    assert run_script(LIVE.replace(WRITTEN_FOR, demonstration), libraries) == "INVOICE_CREATED\nended\n"


def test_relay_takes_the_schema_as_it_is(tmp_path: Path) -> None:
    install(tmp_path, "relay-compiler@21")
    (tmp_path / "relay.config.json").write_text(RELAY)
    generated = project(tmp_path, "InvoiceList.ts", RELAY_COMPONENT) / "__generated__"
    run_tool(tmp_path, "relay-compiler/cli.js")
    assert "readonly total: number" in (generated / "InvoiceList_rows.graphql.ts").read_text()
    assert "node(id: $id)" in (generated / "InvoiceAgain.graphql.ts").read_text()


def test_code_generator_gives_every_scalar_its_type(tmp_path: Path) -> None:
    tools = ("@graphql-codegen/cli", "@graphql-codegen/client-preset", "graphql@16", "typescript@5")
    install(tmp_path, *tools, before="2026-09-01")
    (tmp_path / "codegen.ts").write_text(CODEGEN)
    generated = project(tmp_path, "invoices.ts", CODEGEN_MODULE) / "gql" / "graphql.ts"
    run_tool(tmp_path, ".bin/graphql-codegen", "--config", "codegen.ts")
    run_tool(tmp_path, "typescript/bin/tsc", *COMPILER, str(generated))
    assert "total: number, dueAt: string | null, currencyDigits: number" in generated.read_text()


def project(folder: Path, name: str, text: str) -> Path:
    """A folder of sources with one module, beside the schema."""
    shutil.copy(ROOT / "schema.graphql", folder)
    sources = folder / "src"
    sources.mkdir()
    (sources / name).write_text(text)
    return sources
