import type { InvoiceDetailFragment } from "../generated/graphql";
import type { Action } from "./actions";

interface ActionButtonProps {
  action: Action;
  state: InvoiceDetailFragment["allowedActions"][number] | undefined;
  isNext: boolean;
  isBusy: boolean;
  press: (action: Action) => void;
}

/** A button that stays reachable while it is disabled, so that its reason can be read. */
export function ActionButton({ action, state, isNext, isBusy, press }: ActionButtonProps) {
  const isAllowed = state?.allowed ?? false;
  const reason = isAllowed ? null : (state?.reason ?? null);
  const reasonId = `reason-${action.action}`;
  return (
    <>
      <button
        className={isNext ? "primary" : undefined}
        aria-disabled={!isAllowed || isBusy}
        aria-describedby={reason ? reasonId : undefined}
        onClick={() => isAllowed && !isBusy && press(action)}
      >
        {action.label}
      </button>
      {reason && (
        <p className="reason" id={reasonId}>
          {reason}
        </p>
      )}
    </>
  );
}
