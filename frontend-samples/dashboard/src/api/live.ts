// Changes of status, live: each one once and in order, from where the first answer of a query ended.

import type { ApolloClient } from "@apollo/client";
import { ApolloLink } from "@apollo/client/link";
import { mergeMap, of, type Observable, type Subscription } from "rxjs";

import { StatusChangesDocument, type StatusChangesSubscription } from "../generated/graphql";
import { Store } from "../shared/store";

export type Change = StatusChangesSubscription["invoiceStatusChanged"];

export interface Heard {
  /** The newest changes, newest first. */
  changes: readonly Change[];
  count: number;
  created: number;
}

const KEPT = 50;
const MOST_REPEATS = 3;

export class Live {
  readonly heard = new Store<Heard>({ changes: [], count: 0, created: 0 });
  client!: ApolloClient;
  /** Called when the log does not know the cursor any more: it is another log, so everything is read anew. */
  lost: () => void = () => {};
  #cursor: string | null = null;
  #following: Subscription | undefined;

  /** Starts from the first answer that says where the log ends, and repeats queries whose answer a change has overtaken. */
  readonly link = new ApolloLink((operation, forward) => this.#fresh(() => forward(operation), MOST_REPEATS));

  #fresh(ask: () => Observable<ApolloLink.Result>, repeats: number): Observable<ApolloLink.Result> {
    return ask().pipe(
      mergeMap((result) => {
        const end = result.data?.["eventCursor"] as string | undefined;
        if (end === undefined) return of(result);
        if (this.#cursor === null) this.#follow(end);
        return repeats > 0 && this.#isBehind(end) ? this.#fresh(ask, repeats - 1) : of(result);
      }),
    );
  }

  /** Whether changes that came meanwhile are missing from an answer. Cursors are numbers in the account's log. */
  #isBehind(end: string): boolean {
    return this.#cursor !== null && BigInt(end) < BigInt(this.#cursor);
  }

  #follow(after: string): void {
    this.#cursor = after;
    this.#following = this.client.subscribe({ query: StatusChangesDocument, variables: { after } }).subscribe(({ data, error }) => {
      if (data) this.#hear(data.invoiceStatusChanged);
      else if (error) this.#startAnew();
    });
  }

  #hear(change: Change): void {
    this.#cursor = change.cursor;
    const { changes, count, created } = this.heard.value;
    this.heard.set({
      changes: [change, ...changes].slice(0, KEPT),
      count: count + 1,
      created: created + Number(change.type === "INVOICE_CREATED"),
    });
  }

  #startAnew(): void {
    this.#following?.unsubscribe();
    this.#cursor = null;
    this.heard.set({ ...this.heard.value, changes: [] }); // Their cursors mean something else now.
    this.lost();
  }
}
