import { ApolloClient, InMemoryCache } from "@apollo/client";
import { ApolloLink } from "@apollo/client/link";
import { HttpLink } from "@apollo/client/link/http";
import { relayStylePagination } from "@apollo/client/utilities";

import { ProbeDocument } from "../generated/graphql";
import { Connection } from "./connection";
import { authorization, keepKey } from "./key";
import { Live } from "./live";
import { ResumingLink } from "./resuming_link";

const PATH = "/graphql";

export const connection = new Connection();
export const live = new Live();
export const socket = new ResumingLink(`${location.origin.replace(/^http/, "ws")}${PATH}`, (failure) => connection.fail(failure));

const authorized = new ApolloLink((operation, forward) => {
  const value = authorization();
  if (value) operation.setContext({ headers: { authorization: value } });
  return forward(operation);
});

const PAGED_BY = ["where", "search"];
const pages = relayStylePagination(PAGED_BY);

export const client = new ApolloClient({
  cache: new InMemoryCache({
    typePolicies: {
      Query: {
        fields: {
          invoices: {
            ...pages,
            // Sums are not pages, and stay apart from them.
            keyArgs: (args, { field }) =>
              field?.alias?.value === "sums" ? `sums:${JSON.stringify([args?.["where"], args?.["search"]])}` : PAGED_BY,
          },
        },
      },
    },
  }),
  link: ApolloLink.split(
    ({ operationType }) => operationType === "subscription",
    socket,
    ApolloLink.from([live.link, connection.link, authorized, new HttpLink({ uri: PATH })]),
  ),
});

live.client = client;
live.lost = () => void client.refetchQueries({ include: "active" });
connection.probe = () => client.query({ query: ProbeDocument, fetchPolicy: "no-cache" });
// What the subscription tells is up to date by itself; only what failed is asked for again.
connection.recovered = () => {
  socket.hurry();
  for (const query of client.getObservableQueries("active")) {
    if (query.getCurrentResult().error) query.refetch().catch(() => {});
  }
};
// A cut socket is often the first sign that the gateway is gone; asking tells people sooner.
socket.state.subscribe(() => socket.state.value === "reconnecting" && connection.tryNow());
window.addEventListener("online", () => connection.tryNow());

/** Uses another key from now on. */
export function changeKey(key: string): void {
  keepKey(key);
  connection.tryNow();
}
