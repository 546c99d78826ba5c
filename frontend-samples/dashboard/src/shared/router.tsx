// Addresses are `/` with the list's filters, and `/invoices/{id}`.

import { useSyncExternalStore, type MouseEvent, type ReactNode } from "react";

const MOVED = "dashboard:moved";
const HOME = "/";

let listAddress = HOME;

function subscribe(listener: () => void): () => void {
  window.addEventListener("popstate", listener);
  window.addEventListener(MOVED, listener);
  return () => {
    window.removeEventListener("popstate", listener);
    window.removeEventListener(MOVED, listener);
  };
}

/** The path and query of the page that is shown. */
export function useAddress(): string {
  return useSyncExternalStore(subscribe, () => location.pathname + location.search);
}

export function navigate(address: string, { replace = false } = {}): void {
  history[replace ? "replaceState" : "pushState"](null, "", address);
  window.dispatchEvent(new Event(MOVED));
}

/** Where the list was left, with its filters. */
export function addressOfList(): string {
  return listAddress;
}

export function rememberList(address: string): void {
  listAddress = address;
}

export function addressOfInvoice(id: string): string {
  return `/invoices/${encodeURIComponent(id)}`;
}

interface LinkProps {
  to: string;
  className?: string;
  id?: string;
  children: ReactNode;
}

/** A link that stays in this page, unless it is to be opened elsewhere. */
export function Link({ to, children, ...rest }: LinkProps) {
  const follow = (event: MouseEvent) => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    navigate(to);
  };
  return (
    <a href={to} onClick={follow} {...rest}>
      {children}
    </a>
  );
}
