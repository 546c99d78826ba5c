// Where the list was left: which row, and how far down.

import { useLayoutEffect } from "react";

let left: { address: string; row: string | null; top: number } | null = null;

/** Puts focus and scrolling back where they were when the list was left for an invoice. */
export function usePlace(address: string): void {
  useLayoutEffect(() => {
    if (left?.address === address) {
      const row = document.getElementById(left.row ?? "");
      (row ?? document.querySelector("h1"))?.focus({ preventScroll: true });
      window.scrollTo(0, left.top);
    }
    left = null;
    const note = () => {
      const row = document.activeElement?.id ?? null;
      left = { address, row, top: window.scrollY };
    };
    return note;
    // Filters change the address while the list stays.
  }, [address]);
}
