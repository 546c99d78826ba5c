import { useState } from "react";

import type { InvoiceAction, InvoiceDetailFragment } from "../generated/graphql";
import { addressOfList, navigate } from "../shared/router";
import { ActionButton } from "./ActionButton";
import { ACTIONS, PAYMENTS, type Action } from "./actions";
import { ConfirmDialog } from "./ConfirmDialog";
import { useInvoiceMutation, type UserError } from "./mutate";

/** What usually comes next, and stands out; of an open invoice that is the payment, not sending it again. */
const NEXT: ReadonlySet<InvoiceAction> = new Set<InvoiceAction>(["FINALIZE", "PAY"]);

/** What may be done to the invoice now, and why the rest may not. */
export function ActionPanel({ invoice }: { invoice: InvoiceDetailFragment }) {
  const { run, isBusy } = useInvoiceMutation(invoice);
  const [payment, setPayment] = useState(Object.keys(PAYMENTS)[0]!);
  const [asked, setAsked] = useState<Action | null>(null);
  const [errors, setErrors] = useState<readonly UserError[]>([]);
  const stateOf = (action: Action) => invoice.allowedActions.find((state) => state.action === action.action);
  const next = ACTIONS.find((action) => NEXT.has(action.action) && stateOf(action)?.allowed);

  const perform = async (chosen: Action) => {
    setErrors([]);
    const input = chosen.action === "PAY" ? PAYMENTS[payment]! : {};
    const status = stateOf(chosen)?.resultingStatus ?? invoice.status;
    const result = await run(chosen.mutation, input, { status });
    setErrors(result.errors);
    if (result.isDeleted) navigate(addressOfList());
  };
  const press = (chosen: Action) => (chosen.question ? setAsked(chosen) : void perform(chosen));
  const answer = (isConfirmed: boolean) => {
    setAsked(null);
    if (asked && isConfirmed) void perform(asked);
  };

  return (
    <section className="card actions" aria-label="Actions" aria-busy={isBusy}>
      <h2>Actions</h2>
      <div role="alert">
        {errors.map(({ code, message }) => (
          <p key={code + message} className="fault">
            {message}
          </p>
        ))}
      </div>
      <ul>
        {ACTIONS.map((action) => (
          <li key={action.action}>
            <ActionButton action={action} state={stateOf(action)} isNext={action === next} isBusy={isBusy} press={press} />
            {action.action === "PAY" && stateOf(action)?.allowed && <PaymentChoice value={payment} change={setPayment} />}
          </li>
        ))}
      </ul>
      {asked && <ConfirmDialog question={asked.question!} label={asked.label} answer={answer} />}
    </section>
  );
}

function PaymentChoice({ value, change }: { value: string; change: (value: string) => void }) {
  return (
    <label className="payment-choice">
      <span>Pay with</span>
      <select value={value} onChange={(event) => change(event.target.value)}>
        {Object.keys(PAYMENTS).map((name) => (
          <option key={name}>{name}</option>
        ))}
      </select>
    </label>
  );
}
