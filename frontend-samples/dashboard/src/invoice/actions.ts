// What can be done to an invoice with one press, in the order of its life.

import {
  DeleteDraftDocument,
  FinalizeDocument,
  MarkUncollectibleDocument,
  PayDocument,
  SendInvoiceDocument,
  VoidInvoiceDocument,
  type InvoiceAction,
  type InvoicePayInput,
} from "../generated/graphql";
import type { InvoiceMutation } from "./mutate";

export interface Action {
  action: InvoiceAction;
  label: string;
  mutation: InvoiceMutation<object>;
  /** The question to ask before, for what can't be undone. */
  question?: string;
}

export const ACTIONS: readonly Action[] = [
  { action: "FINALIZE", label: "Finalize", mutation: FinalizeDocument },
  { action: "SEND", label: "Send", mutation: SendInvoiceDocument },
  { action: "PAY", label: "Pay", mutation: PayDocument },
  {
    action: "MARK_UNCOLLECTIBLE",
    label: "Mark uncollectible",
    mutation: MarkUncollectibleDocument,
    question: "Give up collecting this invoice? It can still be paid.",
  },
  { action: "VOID", label: "Void", mutation: VoidInvoiceDocument, question: "Void this invoice? That is final." },
  { action: "DELETE", label: "Delete", mutation: DeleteDraftDocument, question: "Delete this draft? That is final." },
];

type Payment = Pick<InvoicePayInput, "paymentMethodId" | "paidOutOfBand">;

/** How to pay, by what is shown. The cards are those that the payment simulator knows for every customer. */
export const PAYMENTS: Readonly<Record<string, Payment>> = {
  "The customer’s card": {},
  "Test card": { paymentMethodId: "pm_card_visa" },
  "Test card that is declined": { paymentMethodId: "pm_card_chargeDeclined" },
  "Paid elsewhere": { paidOutOfBand: true },
};
