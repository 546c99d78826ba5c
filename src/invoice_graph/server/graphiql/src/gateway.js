// How operations are sent: queries and mutations by HTTP, subscriptions by graphql-transport-ws.

import { getOperationAST, parse } from "graphql";
import { createClient } from "graphql-ws";

const URL_PATH = "/graphql";
const ACCEPTED = "application/graphql-response+json, application/json";
const LONGEST_PAUSE = 8000;
const MOST_ATTEMPTS = 1000;

/** A fetcher for GraphiQL. Whatever a subscription delivers also goes to `log`. */
export function createFetcher(log) {
  return (request, { headers } = {}) => {
    const operation = chosenOperation(request);
    const meant = operation ? { ...request, operationName: operation.name?.value } : request;
    return operation?.operation === "subscription"
      ? follow(meant, operation, headers, log.record())
      : send(meant, headers);
  };
}

/**
 * The operation that is to run; null when the document does not say, which the gateway will explain.
 *
 * Just after a change of tabs, GraphiQL still names the operation of the tab before.
 */
function chosenOperation({ query, operationName }) {
  try {
    const document = parse(query);
    return getOperationAST(document, operationName) ?? getOperationAST(document);
  } catch {
    return null;
  }
}

/** The answer to a query or mutation, also when it is refused. */
export async function send(request, headers) {
  const response = await fetch(URL_PATH, {
    method: "POST",
    headers: { accept: ACCEPTED, "content-type": "application/json", ...headers },
    body: JSON.stringify(request),
  });
  return response.json();
}

/** The results of a subscription, of which `recording` is told; a connection that is cut is made again. */
function follow(request, operation, headers, recording) {
  const payload = { ...request, variables: { ...request.variables } };
  const results = connect(headers, recording).iterate(payload);
  return recorded(takesAfter(operation) ? resumable(results, payload.variables) : results, recording);
}

function connect(headers = {}, recording) {
  const names = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
  return createClient({
    url: `${location.origin.replace(/^http/, "ws")}${URL_PATH}`,
    connectionParams: Object.fromEntries(names),
    on: { connected: () => recording.turn("live"), closed: () => recording.turn("reconnecting") },
    retryAttempts: MOST_ATTEMPTS,
    retryWait: (attempt) => new Promise((done) => setTimeout(done, Math.min(250 * 2 ** attempt, LONGEST_PAUSE))),
  });
}

function takesAfter(operation) {
  return operation.variableDefinitions.some((definition) => definition.variable.name.value === "after");
}

/** The same results; they keep the variable `after` at the newest cursor, from which a new connection goes on. */
function resumable(results, variables) {
  return tapped(results, (result) => {
    const [item] = Object.values(result.data ?? {});
    variables.after = item?.cursor ?? variables.after;
  });
}

function recorded(results, recording) {
  return tapped(
    results,
    (result) => recording.add(result),
    (state) => recording.end(state),
  );
}

// Not a generator: one that waits for the next result can't be stopped before it comes.
function tapped(results, heard, ended = () => {}) {
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    async next() {
      const step = await results.next().catch((failure) => {
        ended("failed");
        throw asError(failure);
      });
      if (step.done) {
        ended("complete");
      } else {
        heard(step.value);
      }
      return step;
    },
    return() {
      ended("stopped");
      return results.return();
    },
  };
}

/** What GraphiQL can show of what graphql-ws throws: an error, a list of GraphQL errors, or a socket's close event. */
function asError(failure) {
  return failure instanceof Event ? new Error(failure.reason || "The connection is lost.") : failure;
}
