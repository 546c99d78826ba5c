// What invoices add up to in each currency, for tiles.

import type { SumsQuery } from "../generated/graphql";

type Sums = SumsQuery["sums"];

export interface Month {
  month: string;
  total: number;
}

export interface Tile {
  currency: string;
  digits: number;
  count: number;
  open: number;
  paid: number;
  months: Month[];
}

const MONTHS = 12;

/** A tile for each currency, those with the most invoices first. */
export function tilesOf({ byStatus, byMonth }: Sums): Tile[] {
  const tiles = new Map<string, Tile>();
  for (const group of byStatus) {
    const { currency, currencyDigits: digits } = group;
    const tile = tiles.get(currency) ?? { currency, digits, count: 0, open: 0, paid: 0, months: [] };
    tiles.set(currency, tile);
    tile.count += group.count;
    if (group.status === "OPEN") tile.open += group.amountRemaining;
    if (group.status === "PAID") tile.paid += group.total;
  }
  const months = lastMonths(byMonth);
  for (const tile of tiles.values()) {
    const totals = new Map(byMonth.filter(({ currency }) => currency === tile.currency).map(({ month, total }) => [month, total]));
    tile.months = months.map((month) => ({ month, total: totals.get(month) ?? 0 }));
  }
  return [...tiles.values()].sort((a, b) => b.count - a.count || a.currency.localeCompare(b.currency));
}

/** The months up to the newest, also those in which there was nothing. */
function lastMonths(byMonth: Sums["byMonth"]): string[] {
  const newest = byMonth.flatMap(({ month }) => month ?? []).sort().at(-1);
  if (newest === undefined) return [];
  const [year, month] = newest.split("-").map(Number) as [number, number];
  return Array.from({ length: MONTHS }, (_, index) => new Date(Date.UTC(year, month - MONTHS + index)).toISOString().slice(0, 7));
}
