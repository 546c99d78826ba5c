import { useEffect } from "react";

import { live } from "../api/client";
import { useStore } from "../shared/store";

/** Reads the whole invoice again whenever its status has changed; the stream brings only what lists show. */
export function useUpToDate(id: string, read: () => Promise<unknown>): void {
  const newest = useStore(live.heard).changes.find(({ invoiceId }) => invoiceId === id)?.cursor;
  useEffect(() => {
    if (newest) read().catch(() => {}); // The banner tells, and what failed is read again by itself.
  }, [newest]);
}
