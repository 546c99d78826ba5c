import { memo } from "react";

import { customerOf } from "../shared/customer";
import { formatDay } from "../shared/dates";
import { formatMoney } from "../shared/money";
import { addressOfInvoice, Link } from "../shared/router";
import { StatusBadge } from "../shared/status";
import type { Row } from "./use_invoices";

export function InvoiceTable({ rows, total }: { rows: readonly Row[]; total: number }) {
  return (
    <table className="invoices" aria-rowcount={total + 1}>
      <thead>
        <tr>
          <th scope="col">Invoice</th>
          <th scope="col">Customer</th>
          <th scope="col">Status</th>
          <th scope="col">Created</th>
          <th scope="col" className="amount">
            Total
          </th>
          <th scope="col" className="amount">
            Remaining
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <InvoiceRow key={row.id} row={row} />
        ))}
      </tbody>
    </table>
  );
}

// Live changes touch one row; the others, hundreds perhaps, stay as they are.
const InvoiceRow = memo(function InvoiceRow({ row }: { row: Row }) {
  const { currency, currencyDigits } = row;
  return (
    <tr data-id={row.id}>
      <th scope="row">
        <Link to={addressOfInvoice(row.id)} id={`row-${row.id}`}>
          {row.number ?? "Draft"}
          <span className="visually-hidden">{` for ${customerOf(row)}`}</span>
        </Link>
      </th>
      <td>{customerOf(row)}</td>
      <td>
        <StatusBadge status={row.status} overdue={row.overdue} />
      </td>
      <td>{formatDay(row.createdAt)}</td>
      <td className="amount">{formatMoney(row.total, currency, currencyDigits)}</td>
      <td className="amount">{isOwed(row) ? formatMoney(row.amountRemaining, currency, currencyDigits) : "–"}</td>
    </tr>
  );
});

function isOwed({ status, amountRemaining }: Row): boolean {
  return amountRemaining !== 0 && status !== "VOID";
}
