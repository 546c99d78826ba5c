// The tabs that GraphiQL opens with when it has none from before.

import createAndFinalize from "./examples/create_and_finalize.graphql?raw";
import invoices from "./examples/invoices.graphql?raw";
import liveStatus from "./examples/live_status.graphql?raw";
import { send } from "./gateway.js";

const LOOK_UP = "{ customers(first: 1) { nodes { id } } eventCursor }";
const PATIENCE = 3000;
const STORED = "graphiql:";

/** The tabs; what their variables need comes from the account, as far as `headers` open it. */
export async function exampleTabs(headers) {
  const found = await Promise.race([lookUp(headers), nothingAfter(PATIENCE)]);
  return [
    tab(invoices, { first: 5, where: { status: { in: ["DRAFT", "OPEN"] } } }),
    tab(createAndFinalize, { customerId: found?.customers.nodes[0]?.id ?? null, invoiceId: null }),
    tab(liveStatus, { after: found?.eventCursor ?? null }),
  ];
}

/** Shows the first of the tabs with its variables; GraphiQL takes those from its storage alone. */
export function showFirst([first]) {
  if (localStorage.getItem(`${STORED}tabState`) === null) {
    localStorage.setItem(`${STORED}query`, first.query);
    localStorage.setItem(`${STORED}variables`, first.variables);
  }
}

function tab(query, variables) {
  const lines = Object.entries(variables).map(([name, value]) => `  "${name}": ${JSON.stringify(value)}`);
  return { query, variables: `{\n${lines.join(",\n")}\n}` };
}

async function lookUp(headers) {
  const answer = await send({ query: LOOK_UP }, headers).catch(() => null);
  return answer?.data;
}

function nothingAfter(milliseconds) {
  return new Promise((done) => setTimeout(done, milliseconds));
}
