// What can go wrong between this page and the gateway, in sentences for people.

import { CombinedGraphQLErrors, ServerError, ServerParseError } from "@apollo/client/errors";

export type FailureKind = "unreachable" | "unauthenticated" | "limited" | "unintelligible" | "refused";

export interface Failure {
  kind: FailureKind;
  sentence: string;
  /** The code of the gateway, such as SEARCH_QUERY_INVALID. */
  reason?: string;
  retryAfterSeconds?: number;
}

interface GatewayError {
  message: string;
  extensions?: Record<string, unknown>;
}

const UNREACHABLE = "The server can’t be reached. This page tries again by itself; nothing you see is lost.";
const UNINTELLIGIBLE = "The server’s answer can’t be understood. This page tries again by itself.";

export function failureOf(error: unknown): Failure {
  if (CombinedGraphQLErrors.is(error)) return failureOfErrors(error.errors);
  if (ServerParseError.is(error)) return failureOfStatus(error.statusCode);
  if (ServerError.is(error)) return failureOfStatus(error.statusCode);
  return { kind: "unreachable", sentence: UNREACHABLE };
}

/** What the first of the errors in an answer means. */
export function failureOfErrors(errors: readonly GatewayError[]): Failure {
  const { message, extensions = {} } = errors[0] ?? { message: UNINTELLIGIBLE };
  const reason = extensions["reason"] as string | undefined;
  switch (extensions["code"]) {
    case "UNAUTHENTICATED":
      return unauthenticated(message);
    case "RATE_LIMITED":
      return { kind: "limited", sentence: `The server asks for a pause. ${message}` };
    case "OPERATION_TIMEOUT":
    case "INTERNAL_SERVER_ERROR":
      return { kind: "refused", sentence: `The server could not answer this. ${message}` };
    default:
      return { kind: "refused", sentence: message, reason };
  }
}

export function unauthenticated(message: string): Failure {
  return { kind: "unauthenticated", sentence: `The server does not accept the key. ${message}` };
}

// Proxies answer in words of their own, so there is only the status to go by.
function failureOfStatus(status: number): Failure {
  if (status === 401) return unauthenticated("Enter another one.");
  if (status === 429) return { kind: "limited", sentence: "The server asks for a pause. This page tries again by itself." };
  if (status >= 500) return { kind: "unreachable", sentence: UNREACHABLE };
  return { kind: "unintelligible", sentence: UNINTELLIGIBLE };
}
