import type { InvoiceStatus } from "../generated/graphql";

export const STATUSES: readonly InvoiceStatus[] = ["DRAFT", "OPEN", "PAID", "UNCOLLECTIBLE", "VOID"];

const NAMES: Record<InvoiceStatus, string> = {
  DRAFT: "Draft",
  OPEN: "Open",
  PAID: "Paid",
  UNCOLLECTIBLE: "Uncollectible",
  VOID: "Void",
};

export function statusName(status: InvoiceStatus): string {
  return NAMES[status];
}

export function StatusBadge({ status, overdue = false }: { status: InvoiceStatus; overdue?: boolean }) {
  const isLate = overdue && status === "OPEN";
  return (
    <span className="badge" data-status={isLate ? "OVERDUE" : status}>
      {isLate ? "Overdue" : statusName(status)}
    </span>
  );
}
