// Changes of an invoice: shown at once, and taken back when the gateway refuses or can't be reached.

import type { DocumentNode, TypedDocumentNode } from "@apollo/client";
import { useApolloClient } from "@apollo/client/react";
import { useRef, useState } from "react";

import { failureOf } from "../api/failure";
import type { InvoiceDetailFragment, OutcomeFragment } from "../generated/graphql";

type Invoice = InvoiceDetailFragment;
export type UserError = OutcomeFragment["userErrors"][number];

interface Common {
  id: string;
  expectedVersion?: number | null;
  idempotencyKey?: string | null;
}

export type InvoiceMutation<Input> = TypedDocumentNode<{ payload: OutcomeFragment }, { input: Input & Common }>;

export interface Result {
  errors: readonly UserError[];
  isDeleted: boolean;
}

interface Attempt {
  input: string;
  idempotencyKey: string;
}

/** Runs mutations of one invoice, one at a time. */
export function useInvoiceMutation(invoice: Invoice) {
  const client = useApolloClient();
  const [isBusy, setIsBusy] = useState(false);
  const attempts = useRef(new Map<DocumentNode, Attempt>());

  async function run<Input>(mutation: InvoiceMutation<Input>, input: Input, expected: Partial<Invoice>): Promise<Result> {
    const common = { ...input, id: invoice.id, expectedVersion: invoice.version };
    const { idempotencyKey } = attemptOf(mutation, JSON.stringify(common));
    setIsBusy(true);
    try {
      const { data } = await client.mutate({
        mutation,
        variables: { input: { ...common, idempotencyKey } },
        optimisticResponse: { payload: optimistic({ ...invoice, ...expected }) },
      });
      attempts.current.delete(mutation);
      const payload = data!.payload;
      if (payload.deletedId) forget(payload.deletedId);
      return { errors: payload.userErrors, isDeleted: payload.deletedId !== null };
    } catch (error) {
      return { errors: [{ code: "PROCESSING_ERROR", message: notDone(error), path: null }], isDeleted: false };
    } finally {
      setIsBusy(false);
    }
  }

  /** The same until there is an answer: who tries again after a cut neither pays nor adds twice. */
  function attemptOf(mutation: DocumentNode, input: string): Attempt {
    const last = attempts.current.get(mutation);
    if (last?.input === input) return last;
    const attempt = { input, idempotencyKey: crypto.randomUUID() };
    attempts.current.set(mutation, attempt);
    return attempt;
  }

  function forget(id: string): void {
    client.cache.evict({ id: client.cache.identify({ __typename: "Invoice", id }) });
    client.cache.gc();
  }

  return { run, isBusy };
}

function optimistic(invoice: Invoice): OutcomeFragment {
  const payload = { __typename: "InvoicePayload", invoice, deletedId: null, userErrors: [] };
  return payload;
}

function notDone(error: unknown): string {
  const { kind, sentence } = failureOf(error);
  return kind === "unreachable" ? "The server could not be reached, so this was taken back. Try again in a moment." : sentence;
}
