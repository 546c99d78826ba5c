import { useEffect, useMemo, useState } from "react";

import { live } from "../api/client";
import { navigate, rememberList } from "../shared/router";
import { useStore } from "../shared/store";
import { Activity } from "./Activity";
import { EndOfList } from "./EndOfList";
import { FilterBar } from "./FilterBar";
import { addressOf, argumentsOf, filtersOf, type Filters } from "./filters";
import { InvoiceTable } from "./InvoiceTable";
import { usePlace } from "./place";
import { SummaryTiles } from "./SummaryTiles";
import { useInvoices } from "./use_invoices";

export function ListPage({ address }: { address: string }) {
  const filters = useMemo(() => filtersOf(address), [address]);
  const variables = useMemo(() => argumentsOf(filters), [filters]);
  const invoices = useInvoices(variables);
  useEffect(() => {
    document.title = "Invoices";
    rememberList(address);
  }, [address]);
  usePlace(address);

  const change = (changed: Filters) => navigate(addressOf(changed), { replace: true });
  return (
    <div className="list-page">
      <h1 className="visually-hidden" tabIndex={-1}>
        Invoices
      </h1>
      <SummaryTiles variables={variables} />
      <FilterBar filters={filters} change={change} searchFault={invoices.searchFault} />
      <div className="columns">
        <section aria-label="Invoices" aria-busy={invoices.isLoading}>
          <div className="list-head">
            <p role="status">{invoices.total === null ? "" : foundText(invoices.total)}</p>
            <NewInvoices key={address} reload={invoices.reload} />
          </div>
          {invoices.fault && <p className="fault">{invoices.fault}</p>}
          {invoices.total !== null && <InvoiceTable rows={invoices.rows} total={invoices.total} />}
          {invoices.total === 0 && <p className="empty">No invoice is like that. Loosen a filter.</p>}
          {invoices.hasMore && <EndOfList isLoading={invoices.isLoading} loadMore={invoices.loadMore} />}
        </section>
        <Activity />
      </div>
    </div>
  );
}

function foundText(total: number): string {
  return total === 1 ? "1 invoice" : `${total.toLocaleString()} invoices`;
}

/** Offers invoices that were made meanwhile; showing them unasked would move what is being read. */
function NewInvoices({ reload }: { reload: () => Promise<unknown> }) {
  const { created } = useStore(live.heard);
  const [shown, setShown] = useState(created);
  const count = created - shown;
  if (count === 0) return null;
  const show = () => {
    setShown(created);
    reload().catch(() => {});
    window.scrollTo(0, 0);
  };
  return (
    <button className="quiet" onClick={show}>
      {count === 1 ? "Show 1 new invoice" : `Show ${count} new invoices`}
    </button>
  );
}
