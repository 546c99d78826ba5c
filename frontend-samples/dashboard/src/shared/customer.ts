interface Billed {
  /** Frozen by finalization. */
  customerName: string | null;
  customer: { name: string | null };
}

/** Whom an invoice is for. */
export function customerOf({ customerName, customer }: Billed): string {
  return customerName ?? customer.name ?? "Nameless customer";
}
