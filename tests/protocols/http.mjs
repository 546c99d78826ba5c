// The audits of GraphQL over HTTP by the authors of its specification's reference server: one JSON line for each.
import { serverAudits } from "graphql-http";

const [url] = process.argv.slice(2);
for (const audit of serverAudits({ url, fetchFn: fetch })) {
  const { status, reason = "" } = await audit.fn().catch((error) => ({ status: "error", reason: String(error) }));
  console.log(JSON.stringify({ id: audit.id, name: audit.name, status, reason }));
}
