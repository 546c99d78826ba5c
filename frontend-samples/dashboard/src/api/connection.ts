// Whether the gateway answers. While it does not, it is asked again and again; once it does, `recovered` is told.

import { ApolloLink } from "@apollo/client/link";
import { tap } from "rxjs";

import { Store } from "../shared/store";
import { failureOf, failureOfErrors, type Failure } from "./failure";

const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 4000;

export class Connection {
  readonly failure = new Store<Failure | null>(null);
  /** Sends something small, and what happens to it is noted by the link. */
  probe: () => Promise<unknown> = async () => {};
  recovered: () => void = () => {};
  #attempt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Notes what happens to each operation that passes. */
  readonly link = new ApolloLink((operation, forward) =>
    forward(operation).pipe(
      tap({
        next: ({ errors }) => {
          const failure = errors ? failureOfErrors(errors) : null;
          if (failure === null || failure.kind === "refused") this.#succeed();
          else this.fail({ ...failure, retryAfterSeconds: retryAfter(operation) });
        },
        error: (error) => this.fail({ ...failureOf(error), retryAfterSeconds: retryAfter(operation) }),
      }),
    ),
  );

  fail(failure: Failure): void {
    this.failure.set(failure);
    this.#timer ??= setTimeout(() => this.tryNow(), this.#pause(failure));
  }

  tryNow(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.probe().catch(() => {}); // The link has noted it.
  }

  #succeed(): void {
    if (this.failure.value === null) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#attempt = 0;
    this.failure.set(null);
    this.recovered();
  }

  #pause({ kind, retryAfterSeconds }: Failure): number {
    if (retryAfterSeconds) return retryAfterSeconds * 1000;
    if (kind === "unauthenticated") return LONGEST_PAUSE;
    return Math.min(FIRST_PAUSE * 2 ** this.#attempt++, LONGEST_PAUSE);
  }
}

function retryAfter(operation: ApolloLink.Operation): number | undefined {
  const response = operation.getContext()["response"] as Response | undefined;
  return Number(response?.headers.get("retry-after")) || undefined;
}
