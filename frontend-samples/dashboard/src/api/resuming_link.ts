// Subscriptions over graphql-transport-ws. One that was cut goes on behind the last item it has delivered: its variable
// `after` follows the items' `cursor`.

import { ApolloLink } from "@apollo/client/link";
import { print } from "graphql";
import { createClient, type Client } from "graphql-ws";
import { Observable } from "rxjs";

import { Store } from "../shared/store";
import { failureOfErrors, unauthenticated, type Failure } from "./failure";
import { authorization } from "./key";

export type SocketState = "waiting" | "live" | "reconnecting";

const FORBIDDEN = 4403;
const UNKNOWN_CURSOR = "CURSOR_INVALID";
const ANSWER_MILLISECONDS = 5000;
const PING_MILLISECONDS = 10_000;
const FIRST_PAUSE = 250;
const LONGEST_PAUSE = 4000;

export class ResumingLink extends ApolloLink {
  readonly state = new Store<SocketState>("waiting");
  readonly #client: Client;
  readonly #waiting = new Set<() => void>();
  readonly #failed: (failure: Failure) => void;

  /** Errors end a subscription only when there is nothing to go on behind: the log does not know its cursor. */
  constructor(url: string, failed: (failure: Failure) => void) {
    super();
    this.#failed = failed;
    this.#client = watchedClient(url, this.state);
  }

  override request(operation: ApolloLink.Operation): Observable<ApolloLink.Result> {
    return new Observable((observer) => {
      const variables = { ...operation.variables };
      const payload = { query: print(operation.query), operationName: operation.operationName, variables };
      let attempt = 0;
      let timer: ReturnType<typeof setTimeout> | undefined;
      let stop: () => void;

      const again = () => {
        this.#waiting.add(open);
        timer = setTimeout(open, Math.min(FIRST_PAUSE * 2 ** attempt++, LONGEST_PAUSE));
      };
      const open = () => {
        this.#leave(open, timer);
        stop = this.#client.subscribe<Record<string, unknown>>(payload, {
          next: (result) => {
            attempt = 0;
            variables["after"] = cursorIn(result.data) ?? variables["after"];
            observer.next(result as ApolloLink.Result);
          },
          error: (reason) => {
            const failure = failureOfEnd(reason);
            if (failure?.reason === UNKNOWN_CURSOR) return observer.error(new Error(failure.sentence));
            if (failure && failure.kind !== "refused") this.#failed(failure);
            again();
          },
          complete: again,
        });
      };
      open();
      return () => {
        this.#leave(open, timer);
        stop();
      };
    });
  }

  /** Ends the pauses: there is reason to believe that the gateway answers again. */
  hurry(): void {
    for (const open of [...this.#waiting]) open();
  }

  #leave(open: () => void, timer: ReturnType<typeof setTimeout> | undefined): void {
    clearTimeout(timer);
    this.#waiting.delete(open);
  }
}

function cursorIn(data: Record<string, unknown> | null | undefined): string | undefined {
  const [item] = Object.values(data ?? {});
  return (item as { cursor?: string } | undefined)?.cursor;
}

/** What the gateway says about why it ended a subscription: a list of errors, or the socket's last words. */
function failureOfEnd(reason: unknown): Failure | null {
  if (Array.isArray(reason)) return failureOfErrors(reason);
  return reason instanceof CloseEvent && reason.code === FORBIDDEN ? unauthenticated(reason.reason) : null;
}

/** A client that closes a socket whose other side has fallen silent; nobody else would notice. */
function watchedClient(url: string, state: Store<SocketState>): Client {
  let silence: ReturnType<typeof setTimeout>;
  const client = createClient({
    url,
    connectionParams: () => ({ authorization: authorization() }),
    keepAlive: PING_MILLISECONDS,
    retryAttempts: 0, // Its own retries would repeat the subscription as it began.
    on: {
      connected: () => state.set("live"),
      closed: () => {
        clearTimeout(silence);
        if (state.value === "live") state.set("reconnecting");
      },
      ping: (received) => {
        if (!received) silence = setTimeout(() => client.terminate(), ANSWER_MILLISECONDS);
      },
      pong: (received) => received && clearTimeout(silence),
    },
  });
  return client;
}
