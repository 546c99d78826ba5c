// Mercurius on Fastify, with its just-in-time compiler and its loaders.

import Fastify from "fastify";
import mercurius from "mercurius";
import { Query, connection, customersOf, linesOf, port, typeDefs } from "./invoices.js";

const loaders = {
  Invoice: {
    customer: {
      loader: async (queries) => customersOf(queries.map(({ obj }) => obj.customerId)),
      opts: { cache: false },
    },
    lines: {
      loader: async (queries) =>
        linesOf(queries.map(({ obj }) => obj.id)).map((rows, place) => connection(rows, queries[place].params.first)),
      opts: { cache: false },
    },
  },
};

const app = Fastify();
app.register(mercurius, { schema: typeDefs, resolvers: { Query }, loaders, jit: 1, graphiql: false });
await app.listen({ port, host: "127.0.0.1" });
