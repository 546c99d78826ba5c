// The clients of both live protocols, as their authors publish them: a query, a mutation that is heard of live, a stream
// that ends by itself, one that is given up, and a refusal. One JSON line for each.
import { createClient as createSseClient } from "graphql-sse";
import { createClient as createWsClient } from "graphql-ws";
import { WebSocket } from "ws";

const [url] = process.argv.slice(2);
const clients = {
  "graphql-ws": createWsClient({ url: url.replace("http", "ws"), webSocketImpl: WebSocket, retryAttempts: 0 }),
  "graphql-sse": createSseClient({ url, retryAttempts: 0 }),
};
const CREATE = "mutation ($name: String!) { customerCreate(input: { name: $name }) { customer { name } } }";
const LIVE = "subscription { events(types: [CUSTOMER_CREATED]) { type customer { name } } }";

async function all(client, query, variables) {
  const found = [];
  for await (const answer of client.iterate({ query, variables })) found.push(answer);
  return found;
}

async function heard(client, name) {
  const stream = client.iterate({ query: LIVE });
  const next = stream.next();
  // Until the subscription has begun, nobody says so: changes are made until one is heard.
  const changes = setInterval(() => all(client, CREATE, { name }), 200);
  const { value } = await next;
  clearInterval(changes);
  await stream.return();
  return value;
}

function told(client, label, outcome) {
  console.log(JSON.stringify({ client, label, outcome }));
}

for (const [name, client] of Object.entries(clients)) {
  told(name, "query", await all(client, "{ account { id } }"));
  told(name, "finite stream", await all(client, 'subscription { events(after: "0", first: 3) { sequence } }'));
  told(name, "heard live", await heard(client, `Ada by ${name}`));
  const refusal = (error) => (Array.isArray(error) ? error.map((one) => one.extensions.code) : String(error));
  told(name, "refused", await all(client, "{ nope }").catch(refusal));
  await client.dispose();
}
process.exit(0);
