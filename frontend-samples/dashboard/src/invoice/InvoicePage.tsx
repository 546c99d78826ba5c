import { useQuery } from "@apollo/client/react";
import { useEffect, useRef } from "react";

import { failureOf } from "../api/failure";
import { InvoicePageDocument, type InvoiceDetailFragment } from "../generated/graphql";
import { customerOf } from "../shared/customer";
import { formatDay } from "../shared/dates";
import { formatMoney } from "../shared/money";
import { addressOfList, Link } from "../shared/router";
import { StatusBadge } from "../shared/status";
import { ActionPanel } from "./ActionPanel";
import { EditForm } from "./EditForm";
import { Lines } from "./Lines";
import { Payments } from "./Payments";
import { Totals } from "./Totals";
import { useUpToDate } from "./up_to_date";

export function InvoicePage({ id }: { id: string }) {
  const { data, error, refetch } = useQuery(InvoicePageDocument, { variables: { id }, fetchPolicy: "cache-and-network" });
  useUpToDate(id, refetch);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    window.scrollTo(0, 0);
    heading.current?.focus({ preventScroll: true });
  }, []);

  const invoice = data?.invoice;
  const name = invoice ? (invoice.number ?? `Draft for ${customerOf(invoice)}`) : "Invoice";
  useEffect(() => {
    document.title = `${name} – Invoices`;
  }, [name]);
  const failure = error ? failureOf(error) : null;
  return (
    <div className="invoice-page">
      <Link to={addressOfList()} className="back">
        ← All invoices
      </Link>
      <div className="invoice-head">
        <h1 ref={heading} tabIndex={-1}>
          {name}
        </h1>
        {invoice && <StatusBadge status={invoice.status} overdue={invoice.overdue} />}
      </div>
      {failure?.kind === "refused" && <p className="fault">{failure.sentence}</p>}
      {data && !invoice && <p className="empty">There is no such invoice; perhaps it was a draft that somebody deleted.</p>}
      {invoice && <Sheet invoice={invoice} />}
    </div>
  );
}

function Sheet({ invoice }: { invoice: InvoiceDetailFragment }) {
  return (
    <>
      <Facts invoice={invoice} />
      <div className="sheet">
        <div>
          <Lines invoice={invoice} />
          <Payments invoice={invoice} />
          <EditForm invoice={invoice} />
        </div>
        <div>
          <Totals invoice={invoice} />
          <ActionPanel invoice={invoice} />
        </div>
      </div>
    </>
  );
}

function Facts({ invoice }: { invoice: InvoiceDetailFragment }) {
  const { total, currency, currencyDigits, createdAt, dueAt, statusTransitions, description } = invoice;
  const facts = {
    Total: formatMoney(total, currency, currencyDigits),
    Customer: customerOf(invoice),
    Created: formatDay(createdAt),
    Finalized: statusTransitions.finalizedAt && formatDay(statusTransitions.finalizedAt),
    Due: dueAt && formatDay(dueAt),
    Paid: statusTransitions.paidAt && formatDay(statusTransitions.paidAt),
    About: description,
  };
  return (
    <dl className="facts">
      {Object.entries(facts).map(
        ([name, fact]) =>
          fact && (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{fact}</dd>
            </div>
          ),
      )}
    </dl>
  );
}
