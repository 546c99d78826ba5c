import type { InvoiceDetailFragment } from "../generated/graphql";
import { formatMoney } from "../shared/money";
import { AddLineForm } from "./AddLineForm";

export function Lines({ invoice }: { invoice: InvoiceDetailFragment }) {
  const { currency, currencyDigits, lines } = invoice;
  const canAdd = invoice.allowedActions.some(({ action, allowed }) => action === "ADD_LINES" && allowed);
  const left = lines.totalCount - lines.nodes.length;
  return (
    <section className="card" aria-labelledby="lines">
      <h2 id="lines">Lines</h2>
      <table>
        <thead>
          <tr>
            <th scope="col">Description</th>
            <th scope="col" className="amount">
              Quantity
            </th>
            <th scope="col" className="amount">
              Amount
            </th>
          </tr>
        </thead>
        <tbody>
          {lines.nodes.map((line) => (
            <tr key={line.id}>
              <td>{line.description ?? "–"}</td>
              <td className="amount">{line.quantityDecimal ?? line.quantity ?? "–"}</td>
              <td className="amount">{formatMoney(line.amount, currency, currencyDigits)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {lines.nodes.length === 0 && <p className="muted">No lines yet.</p>}
      {left > 0 && <p className="muted">and {left} more</p>}
      {canAdd && <AddLineForm invoice={invoice} />}
    </section>
  );
}
