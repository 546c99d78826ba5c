import "./workers.js";

import "@graphiql/react/style.css";
import "@graphiql/plugin-doc-explorer/style.css";
import "@graphiql/plugin-explorer/style.css";
import "@graphiql/plugin-history/style.css";
import "graphiql/graphiql.css";
import "./page.css";

import { explorerPlugin } from "@graphiql/plugin-explorer";
import { HISTORY_PLUGIN } from "@graphiql/plugin-history";
import { GraphiQL } from "graphiql";
import { createRoot } from "react-dom/client";

import { DraftIntoVariables, SchemaAfterHeaders } from "./assistance.jsx";
import { EventList, EventLog } from "./events.jsx";
import { exampleTabs, showFirst } from "./examples.js";
import { createFetcher } from "./gateway.js";

const demoKey = document.querySelector('meta[name="demo-key"]').content;
const headers = { authorization: `Bearer ${demoKey || "sk_..."}` };
const log = new EventLog();
const tabs = await exampleTabs(headers);
showFirst(tabs);

const page = (
  <GraphiQL
    fetcher={createFetcher(log)}
    plugins={[HISTORY_PLUGIN, explorerPlugin()]}
    defaultTabs={tabs}
    defaultHeaders={JSON.stringify(headers, null, 2)}
    defaultEditorToolsVisibility="variables"
    dangerouslyAssumeSchemaIsValid
    inputValueDeprecation
    schemaDescription
  >
    <GraphiQL.Logo>invoice-graph</GraphiQL.Logo>
    <GraphiQL.Footer>
      <EventList log={log} />
    </GraphiQL.Footer>
    <SchemaAfterHeaders />
    <DraftIntoVariables />
  </GraphiQL>
);

createRoot(document.getElementById("graphiql")).render(page);
