import { useQuery } from "@apollo/client/react";
import { useEffect, useState } from "react";

import { live } from "../api/client";
import { SumsDocument, type SumsQueryVariables } from "../generated/graphql";
import { useDebounced } from "../shared/debounced";
import { formatMoney } from "../shared/money";
import { useStore } from "../shared/store";
import { MonthChart } from "./MonthChart";
import { tilesOf, type Tile } from "./tiles";

const AT_FIRST = 4;
const CALM_MILLISECONDS = 500;

/** What the listed invoices add up to, per currency; counted anew when changes have come to rest. */
export function SummaryTiles({ variables }: { variables: SumsQueryVariables }) {
  const { data, previousData, refetch } = useQuery(SumsDocument, { variables });
  const changes = useDebounced(useStore(live.heard).count, CALM_MILLISECONDS);
  const [isWhole, setIsWhole] = useState(false);
  useEffect(() => {
    if (changes > 0) refetch().catch(() => {});
  }, [changes]);

  const sums = (data ?? previousData)?.sums;
  const tiles = sums ? tilesOf(sums) : [];
  return (
    <section aria-label="Sums by currency" className="tiles" aria-busy={!sums}>
      <ul>{sums ? tiles.slice(0, isWhole ? undefined : AT_FIRST).map((tile) => <TileItem key={tile.currency} {...tile} />) : PLACEHOLDERS}</ul>
      {tiles.length > AT_FIRST && (
        <button className="quiet" aria-expanded={isWhole} onClick={() => setIsWhole(!isWhole)}>
          {isWhole ? "Fewer currencies" : `All ${tiles.length} currencies`}
        </button>
      )}
    </section>
  );
}

const PLACEHOLDERS = Array.from({ length: AT_FIRST }, (_, index) => <li key={index} className="tile placeholder" />);

function TileItem(tile: Tile) {
  const { currency, digits, count, open, paid } = tile;
  return (
    <li className="tile">
      <p className="tile-head">
        <span>{currency.toUpperCase()}</span>
        <span>{count === 1 ? "1 invoice" : `${count.toLocaleString()} invoices`}</span>
      </p>
      <dl>
        <div>
          <dt>Open</dt>
          <dd className="large">{formatMoney(open, currency, digits)}</dd>
        </div>
        <div>
          <dt>Paid</dt>
          <dd>{formatMoney(paid, currency, digits)}</dd>
        </div>
      </dl>
      <MonthChart {...tile} />
    </li>
  );
}
