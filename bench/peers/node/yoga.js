// graphql-yoga on Node's own HTTP server, with a DataLoader for each kind of key and request.

import { createServer } from "node:http";
import DataLoader from "dataloader";
import { createSchema, createYoga } from "graphql-yoga";
import { Query, connection, customersOf, linesOf, port, typeDefs } from "./invoices.js";

const Invoice = {
  customer: (invoice, _arguments, { customers }) => customers.load(invoice.customerId),
  lines: async (invoice, { first }, { lines }) => connection(await lines.load(invoice.id), first),
};

const yoga = createYoga({
  schema: createSchema({ typeDefs, resolvers: { Query, Invoice } }),
  context: () => ({
    customers: new DataLoader(async (ids) => customersOf(ids)),
    lines: new DataLoader(async (ids) => linesOf(ids)),
  }),
  logging: false,
  graphiql: false,
});
createServer(yoga).listen(port, "127.0.0.1");
