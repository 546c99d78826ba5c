// What the page does by itself while somebody works in GraphiQL.

import { useGraphiQL, useGraphiQLActions } from "@graphiql/react";
import { useEffect } from "react";

const TYPING_PAUSE = 600;

/** Asks for the schema again when the headers change, as long as there is none: they may have the right key now. */
export function SchemaAfterHeaders() {
  const { introspect } = useGraphiQLActions();
  const isMissing = useGraphiQL((state) => state.schema == null);
  const editor = useGraphiQL((state) => state.headerEditor);
  useEffect(() => {
    if (!editor || !isMissing) {
      return undefined;
    }
    let timer;
    const typing = editor.onDidChangeModelContent(() => {
      clearTimeout(timer);
      timer = setTimeout(introspect, TYPING_PAUSE);
    });
    return () => typing.dispose();
  }, [editor, isMissing, introspect]);
  return null;
}

/** Puts the id of a new draft into the variable `invoiceId`, where there is one: the next operation is about it. */
export function DraftIntoVariables() {
  const editor = useGraphiQL((state) => state.variableEditor);
  const response = useGraphiQL((state) => state.tabs[state.activeTabIndex]?.response);
  useEffect(() => {
    const id = parsed(response)?.data?.invoiceCreate?.invoice?.id;
    const variables = parsed(editor?.getValue());
    if (id && variables && "invoiceId" in variables && variables.invoiceId !== id) {
      editor.setValue(JSON.stringify({ ...variables, invoiceId: id }, null, 2));
    }
  }, [editor, response]);
  return null;
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
