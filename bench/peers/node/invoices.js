// The part of the schema that the bench asks for, and how it is read from SQLite: one statement for each list of keys.

import { DatabaseSync } from "node:sqlite";

export const typeDefs = /* GraphQL */ `
  type Query {
    invoices(first: Int = 10): InvoiceConnection!
    invoice(id: ID!): Invoice
  }
  type InvoiceConnection {
    nodes: [Invoice!]!
  }
  type Invoice {
    id: ID!
    number: String
    status: String!
    currency: String!
    total: Int!
    amountDue: Int!
    amountRemaining: Int!
    createdAt: String!
    customer: Customer!
    lines(first: Int = 10): LineItemConnection!
  }
  type Customer {
    id: ID!
    name: String
    email: String
  }
  type LineItemConnection {
    nodes: [LineItem!]!
  }
  type LineItem {
    id: ID!
    description: String
    quantity: Int!
    quantityDecimal: String!
    amount: Int!
    subtotal: Int!
    currency: String!
    discountable: Boolean!
    periodStart: String!
    periodEnd: String!
  }
`;

const database = new DatabaseSync(process.env.BENCH_DATABASE, { readOnly: true });
for (const setting of ["cache_size = -16384", "mmap_size = 1073741824", "temp_store = MEMORY"]) {
  database.exec(`PRAGMA ${setting}`);
}
const account = process.env.BENCH_ACCOUNT;

const INVOICE = `SELECT id, number, status, currency, total, amount_due AS amountDue,
  amount_remaining AS amountRemaining, created_at AS createdAt, customer_id AS customerId FROM invoice`;

const newest = database.prepare(
  `${INVOICE} WHERE account_id = ? AND expires_at IS NULL AND test_clock_id IS NULL
   ORDER BY created_at DESC, id DESC LIMIT ?`,
);
const one = database.prepare(`${INVOICE} WHERE account_id = ? AND id = ?`);
const customers = database.prepare(
  "SELECT id, name, email FROM customer WHERE account_id = ? AND id IN (SELECT value FROM json_each(?))",
);

// No column is read that the operation does not ask for.
const WIDE = `, quantity_decimal AS quantityDecimal, subtotal, currency, discountable,
  period_start_at AS periodStart, period_end_at AS periodEnd`;
const lines = database.prepare(
  `SELECT invoice_id AS invoiceId, id, description, CAST(quantity_decimal AS INTEGER) AS quantity, amount
   ${process.env.BENCH_OPERATION === "wide-page" ? WIDE : ""}
   FROM line_item WHERE account_id = ? AND invoice_id IN (SELECT value FROM json_each(?)) ORDER BY invoice_id, position`,
);

export const Query = {
  invoices: (_root, { first }) => ({ nodes: newest.all(account, first) }),
  invoice: (_root, { id }) => one.get(account, id) ?? null,
};

export function customersOf(ids) {
  const found = new Map(customers.all(account, JSON.stringify([...new Set(ids)])).map((row) => [row.id, row]));
  return ids.map((id) => found.get(id));
}

export function linesOf(invoiceIds) {
  const found = new Map(invoiceIds.map((id) => [id, []]));
  for (const row of lines.all(account, JSON.stringify(invoiceIds))) found.get(row.invoiceId).push(row);
  return invoiceIds.map((id) => found.get(id));
}

export const connection = (rows, first) => ({ nodes: rows.length > first ? rows.slice(0, first) : rows });
export const port = Number(process.env.BENCH_PORT);
