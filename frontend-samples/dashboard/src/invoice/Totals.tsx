import type { InvoiceDetailFragment } from "../generated/graphql";
import { formatMoney } from "../shared/money";

interface Entry {
  name: string;
  amount: number;
  isStrong?: boolean;
}

export function Totals({ invoice }: { invoice: InvoiceDetailFragment }) {
  const { currency, currencyDigits } = invoice;
  return (
    <section className="card totals" aria-labelledby="totals">
      <h2 id="totals">Totals</h2>
      <dl>
        {entriesOf(invoice).map(({ name, amount, isStrong }, index) => (
          <div key={index} className={isStrong ? "strong" : undefined}>
            <dt>{name}</dt>
            <dd>{formatMoney(amount, currency, currencyDigits)}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

/** How the lines lead to what remains to be paid; what is zero and says nothing is left out. */
function entriesOf(invoice: InvoiceDetailFragment): Entry[] {
  const { status, subtotal, total, amountShipping, startingBalance, amountDue, amountPaid, amountRemaining } = invoice;
  const discounts = invoice.totalDiscountAmounts.map(({ amount, discount }) => ({ name: discount?.name ?? "Discount", amount: -amount }));
  const taxes = invoice.totalTaxes.map(({ amount, taxBehavior, taxRate }) => ({
    name: `${taxRate ? `${taxRate.displayName} ${taxRate.percentage} %` : "Tax"}${taxBehavior === "INCLUSIVE" ? " (included)" : ""}`,
    amount,
  }));
  const entries: Entry[] = [{ name: "Subtotal", amount: subtotal }, ...discounts, ...taxes];
  if (amountShipping !== 0) entries.push({ name: "Shipping", amount: amountShipping });
  entries.push({ name: "Total", amount: total, isStrong: true });
  if (status !== "DRAFT" && startingBalance !== 0) entries.push({ name: "Customer balance", amount: startingBalance });
  entries.push({ name: "Amount due", amount: amountDue }, { name: "Paid", amount: amountPaid });
  entries.push({ name: "Remaining", amount: amountRemaining, isStrong: true });
  return entries;
}
