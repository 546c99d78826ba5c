// The list's filters live in the address, so that they can be bookmarked and survive going back.

import type { InvoiceStatus, InvoiceWhere } from "../generated/graphql";
import { STATUSES } from "../shared/status";

export interface Filters {
  status: InvoiceStatus | null;
  customer: string;
  search: string;
}

export function filtersOf(address: string): Filters {
  const given = new URL(address, location.origin).searchParams;
  const status = given.get("status") as InvoiceStatus | null;
  return {
    status: status && STATUSES.includes(status) ? status : null,
    customer: given.get("customer") ?? "",
    search: given.get("search") ?? "",
  };
}

export function addressOf({ status, customer, search }: Filters): string {
  const given = Object.entries({ status: status ?? "", customer, search }).filter(([, value]) => value !== "");
  return given.length ? `/?${new URLSearchParams(given)}` : "/";
}

/** The filters as arguments of `invoices`. */
export function argumentsOf({ status, customer, search }: Filters): { where?: InvoiceWhere; search?: string } {
  const where: InvoiceWhere = {
    ...(status && { status: { eq: status } }),
    ...(customer.trim() && { customerName: { contains: customer.trim() } }),
  };
  return {
    ...(Object.keys(where).length > 0 && { where }),
    ...(search.trim() && { search: search.trim() }),
  };
}
