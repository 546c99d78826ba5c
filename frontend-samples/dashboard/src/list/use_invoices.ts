import { useQuery } from "@apollo/client/react";
import { useCallback, useState } from "react";

import { connection } from "../api/client";
import { failureOf } from "../api/failure";
import { InvoicesDocument, type InvoicesQuery, type InvoicesQueryVariables } from "../generated/graphql";
import { useStore } from "../shared/store";

const PAGE = 50;

export type Row = InvoicesQuery["invoices"]["edges"][number]["node"];

export interface Invoices {
  rows: Row[];
  total: number | null;
  hasMore: boolean;
  isLoading: boolean;
  /** What is wrong with the search, if anything. */
  searchFault: string | null;
  fault: string | null;
  loadMore: () => void;
  reload: () => Promise<unknown>;
}

/** The invoices that filters find, page by page. */
export function useInvoices(filters: Omit<InvoicesQueryVariables, "first" | "after">): Invoices {
  const variables = { first: PAGE, ...filters };
  const { data, error, loading, fetchMore, refetch } = useQuery(InvoicesDocument, { variables });
  const [isLoadingMore, setIsLoadingMore] = useState(false);
  const isCut = useStore(connection.failure) !== null;

  const invoices = data?.invoices;
  const endCursor = invoices?.pageInfo.endCursor;
  const hasMore = invoices?.pageInfo.hasNextPage ?? false;
  const loadMore = useCallback(() => {
    if (isLoadingMore || isCut || !hasMore) return;
    setIsLoadingMore(true);
    fetchMore({ variables: { after: endCursor } })
      .catch(() => {}) // The banner tells; the end of the list asks again once the connection is back.
      .finally(() => setIsLoadingMore(false));
  }, [isLoadingMore, isCut, hasMore, endCursor, fetchMore]);

  const failure = error ? failureOf(error) : null;
  const isAboutSearch = failure?.reason === "SEARCH_QUERY_INVALID";
  return {
    rows: invoices?.edges.map(({ node }) => node) ?? [],
    total: invoices?.totalCount ?? null,
    hasMore,
    isLoading: loading || isLoadingMore,
    searchFault: isAboutSearch ? failure.sentence : null,
    fault: failure?.kind === "refused" && !isAboutSearch ? failure.sentence : null,
    loadMore,
    reload: () => refetch(),
  };
}
