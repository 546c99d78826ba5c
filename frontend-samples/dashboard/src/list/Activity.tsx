import { live } from "../api/client";
import type { Change } from "../api/live";
import { formatTime } from "../shared/dates";
import { addressOfInvoice, Link } from "../shared/router";
import { statusName } from "../shared/status";
import { useStore } from "../shared/store";

/** The changes of status that came since the page was opened, newest first. */
export function Activity() {
  const { changes, count } = useStore(live.heard);
  return (
    <aside className="activity" aria-labelledby="activity">
      <h2 id="activity">Changes</h2>
      {count === 0 && <p className="muted">Whatever happens from now on is listed here, whoever does it.</p>}
      <ol aria-live="polite" data-count={count}>
        {changes.map((change) => (
          <li key={change.cursor} data-cursor={change.cursor}>
            <Told {...change} />
            <time dateTime={change.occurredAt}>{formatTime(change.occurredAt)}</time>
          </li>
        ))}
      </ol>
    </aside>
  );
}

function Told({ invoiceId, invoice, previousStatus, status }: Change) {
  const name = invoice?.number ?? invoice?.customer.name ?? "An invoice";
  return (
    <span>
      {invoice ? <Link to={addressOfInvoice(invoiceId)}>{name}</Link> : name}{" "}
      {previousStatus ? `${statusName(previousStatus)} → ${statusName(status)}` : "created"}
    </span>
  );
}
