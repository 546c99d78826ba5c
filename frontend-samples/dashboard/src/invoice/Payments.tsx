import type { InvoiceDetailFragment } from "../generated/graphql";
import { formatDay } from "../shared/dates";
import { formatMoney } from "../shared/money";

const STATUS_NAMES = { OPEN: "Open", PAID: "Paid", CANCELED: "Canceled" };

export function Payments({ invoice }: { invoice: InvoiceDetailFragment }) {
  const { currency, currencyDigits, payments } = invoice;
  return (
    <section className="card" aria-labelledby="payments">
      <h2 id="payments">Payments</h2>
      {payments.nodes.length === 0 ? (
        <p className="muted">None yet.</p>
      ) : (
        <table>
          <thead>
            <tr>
              <th scope="col">Date</th>
              <th scope="col">Reference</th>
              <th scope="col">Status</th>
              <th scope="col" className="amount">
                Amount
              </th>
            </tr>
          </thead>
          <tbody>
            {payments.nodes.map(({ id, createdAt, payment, status, amountPaid, amountRequested }) => (
              <tr key={id}>
                <td>{formatDay(createdAt)}</td>
                <td className="reference">{payment.reference}</td>
                <td>{STATUS_NAMES[status]}</td>
                <td className="amount">{formatMoney(amountPaid ?? amountRequested, currency, currencyDigits)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
