// Sends operations to /graphql: queries and mutations by HTTP, subscriptions by graphql-transport-ws.

const PROTOCOL = "graphql-transport-ws";
const SHOWN_EVENTS = 500;
const LINE_LENGTH = 72;
const LONGEST_PAUSE = 8000;
const FINAL_CODES = new Set([1002, 1007, 1008, 1009, 4400, 4401, 4403, 4406, 4409, 4429]); // Trying again would not help.

const NEWEST_DRAFT = "{ invoices(first: 1, where: {status: {eq: DRAFT}}) { nodes { id } } }";
const NEWEST_OPEN = "{ invoices(first: 1, where: {status: {eq: OPEN}}) { nodes { id } } }";
const ANY_CUSTOMER = "{ customers(first: 1) { nodes { id } } }";

// `fill` finds an id for the variables, so that an example works as it stands.
const EXAMPLES = [
  {
    title: "List invoices with their lines",
    operation: `query Invoices($first: Int = 5, $after: String) {
  invoices(first: $first, after: $after) {
    totalCount
    pageInfo {
      hasNextPage
      endCursor
    }
    nodes {
      id
      number
      status
      total
      currency
      customer {
        name
      }
      lines(first: 3) {
        totalCount
        nodes {
          description
          quantityDecimal
          amount
        }
      }
    }
  }
}`,
    variables: () => ({ first: 5 }),
  },
  {
    title: "Create a draft",
    operation: `mutation CreateDraft($input: InvoiceCreateInput!) {
  invoiceCreate(input: $input) {
    invoice {
      id
      status
      total
      currency
    }
    userErrors {
      code
      message
      path
    }
  }
}`,
    fill: ANY_CUSTOMER,
    variables: (id) => ({
      input: {
        customerId: id,
        collectionMethod: "SEND_INVOICE",
        lines: [
          { description: "Consulting", amount: 12000 },
          { description: "Hosting", quantity: 3, unitAmountDecimal: "450" },
        ],
      },
    }),
  },
  {
    title: "Finalize the newest draft",
    operation: `mutation Finalize($input: InvoiceFinalizeInput!) {
  invoiceFinalize(input: $input) {
    invoice {
      number
      status
      amountDue
      currency
    }
    userErrors {
      code
      message
      path
    }
    events {
      type
    }
  }
}`,
    fill: NEWEST_DRAFT,
    variables: (id) => ({ input: { id } }),
  },
  {
    title: "Pay the newest open invoice",
    operation: `mutation Pay($input: InvoicePayInput!) {
  invoicePay(input: $input) {
    invoice {
      number
      status
      amountPaid
      amountRemaining
    }
    userErrors {
      code
      message
    }
  }
}`,
    fill: NEWEST_OPEN,
    variables: (id) => ({ input: { id, paymentMethodId: "pm_card_visa" } }),
  },
  {
    title: "Follow changes of status live",
    operation: `subscription Live($after: String) {
  invoiceStatusChanged(after: $after) {
    cursor
    occurredAt
    type
    previousStatus
    status
    invoice {
      number
      total
      currency
    }
  }
}`,
    variables: () => ({}),
  },
  {
    title: "Read the whole event log, then follow it",
    operation: `subscription Log($after: String) {
  events(after: $after) {
    cursor
    occurredAt
    type
    invoiceId
    customerId
  }
}`,
    variables: () => ({ after: "0" }),
  },
];

const page = Object.fromEntries(
  ["request", "example", "operation", "variables", "authorization", "send", "stop", "status", "answer", "events"].map(
    (id) => [id, document.getElementById(id)],
  ),
);

/** The operations of a document: kind, name, where they stand, whether they take `$after`. */
function operationsOf(text) {
  const token = /"""[\s\S]*?"""|"(?:\\.|[^"\\\n])*"|#[^\n]*|[{}()[\]]|[A-Za-z_]\w*/g;
  const found = [];
  let depth = 0;
  let current = null;
  for (const match of text.matchAll(token)) {
    const [word] = match;
    if (depth === 0 && current === null && (word === "{" || /^(query|mutation|subscription|fragment)$/.test(word))) {
      current = { kind: word === "{" ? "query" : word, name: null, start: match.index };
    } else if (depth === 0 && current !== null && current.name === null && /^\w/.test(word)) {
      current.name = word;
    }
    depth += /[{([]/.test(word) && word.length === 1 ? 1 : /[})\]]/.test(word) && word.length === 1 ? -1 : 0;
    if (word === "}" && depth === 0 && current !== null) {
      current.end = match.index + 1;
      current.takesAfter = /^[^{]*\$after\b/.test(text.slice(current.start, current.end));
      found.push(current);
      current = null;
    }
  }
  return found.filter((operation) => operation.kind !== "fragment");
}

/** The operation at the caret, or the first; undefined when there is none to be seen. */
function chosenOperation(text, caret) {
  const operations = operationsOf(text);
  return operations.find((operation) => caret <= operation.end) ?? operations.at(-1);
}

function authorization() {
  const value = page.authorization.value.trim();
  return value === "" || /^bearer /i.test(value) ? value : `Bearer ${value}`;
}

async function post(request) {
  const headers = { "content-type": "application/json", accept: "application/graphql-response+json, application/json" };
  if (authorization() !== "") {
    headers.authorization = authorization();
  }
  return fetch("/graphql", { method: "POST", headers, body: JSON.stringify(request), cache: "no-store" });
}

/** The data of a query that the page itself needs; null when it is refused. */
async function lookUp(query) {
  try {
    return (await (await post({ query })).json()).data ?? null;
  } catch {
    return null;
  }
}

function say(text, isAlert = false) {
  page.status.textContent = text;
  page.status.classList.toggle("alert", isAlert);
}

/** A JSON value with line breaks, but for what fits into one line. */
function pretty(value, indent = "", before = 0) {
  if (value === null || typeof value !== "object") {
    return JSON.stringify(value);
  }
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  const inner = `${indent}  `;
  const parts = Object.entries(value).map(([key, item]) => {
    const name = Array.isArray(value) ? "" : `${JSON.stringify(key)}: `;
    return name + pretty(item, inner, name.length);
  });
  const line = parts.length === 0 ? open + close : `${open} ${parts.join(", ")} ${close}`;
  const fits = indent.length + before + line.length <= LINE_LENGTH && !line.includes("\n");
  // What has objects inside is easier to read unfolded.
  return fits && !parts.some((part) => /[{[] /.test(part))
    ? line
    : `${open}\n${parts.map((part) => inner + part).join(",\n")}\n${indent}${close}`;
}

function showAnswer(text) {
  try {
    page.answer.textContent = pretty(JSON.parse(text));
  } catch {
    page.answer.textContent = text;
  }
  page.answer.scrollTop = 0;
}

/** Sends a query or mutation and shows what comes back. */
async function sendOnce(request) {
  const started = performance.now();
  page.events.hidden = true;
  page.answer.hidden = false;
  page.send.disabled = true;
  say("Waiting for the answer …");
  try {
    const response = await post(request);
    const text = await response.text();
    const milliseconds = Math.round(performance.now() - started);
    say(`${response.status} ${response.statusText} · ${milliseconds} ms · ${text.length} characters`, !response.ok);
    showAnswer(text);
  } catch (error) {
    say(`The server can't be reached: ${error.message}`, true);
  } finally {
    page.send.disabled = false;
  }
}

/** A subscription that goes on behind the last event it has shown, whatever happens to the connection. */
class Live {
  constructor(request, takesAfter) {
    this.request = request;
    this.takesAfter = takesAfter;
    this.count = 0;
    this.state = "new";
    this.pause = 500;
  }

  get canResume() {
    return this.takesAfter && this.request.variables.after != null;
  }

  async start() {
    page.answer.hidden = true;
    page.events.hidden = false;
    page.events.replaceChildren();
    say("Connecting …");
    if (this.takesAfter && this.request.variables.after == null) {
      // Without a place to resume at, events before the first one shown could be lost with the connection.
      const data = await lookUp("{ eventCursor }");
      this.request.variables = { ...this.request.variables, after: data?.eventCursor };
    }
    if (this.state === "new") {
      this.connect();
    }
  }

  connect() {
    this.state = "connecting";
    const socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/graphql`, PROTOCOL);
    this.socket = socket;
    const tell = (message) => socket.send(JSON.stringify(message));
    socket.onopen = () =>
      tell({ type: "connection_init", payload: authorization() === "" ? {} : { authorization: authorization() } });
    socket.onmessage = (event) => this.hear(JSON.parse(event.data), tell);
    socket.onclose = (event) => this.cut(event);
  }

  hear(message, tell) {
    if (this.state === "stopped") {
      return;
    }
    if (message.type === "connection_ack") {
      tell({ id: "live", type: "subscribe", payload: this.request });
      this.state = "live";
      this.report("Live");
    } else if (message.type === "ping") {
      tell({ type: "pong" });
    } else if (message.type === "next") {
      this.pause = 500;
      this.show(message.payload);
    } else if (message.type === "error") {
      this.show({ errors: message.payload });
      this.end("Refused", true);
    } else if (message.type === "complete") {
      this.end("Complete");
    }
  }

  show(payload) {
    const [item] = Object.values(payload.data ?? {});
    if (this.takesAfter && item?.cursor != null) {
      this.request.variables = { ...this.request.variables, after: item.cursor };
    }
    this.count += 1;
    const entry = document.createElement("li");
    const text = document.createElement("pre");
    text.textContent = pretty(payload.errors === undefined ? item : payload);
    entry.append(text);
    page.events.prepend(entry);
    while (page.events.children.length > SHOWN_EVENTS) {
      page.events.lastElementChild.remove();
    }
    this.report("Live");
  }

  report(state, isAlert = false) {
    const events = `${this.count} ${this.count === 1 ? "event" : "events"}`;
    say(`${state} · ${events}${this.canResume ? ` · cursor ${this.request.variables.after}` : ""}`, isAlert);
  }

  cut(event) {
    if (this.state === "stopped" || this.state === "ended") {
      return;
    }
    const reason = event.reason || `connection closed with ${event.code}`;
    if (FINAL_CODES.has(event.code)) {
      this.end(reason, true);
      return;
    }
    this.state = "waiting";
    const way = this.canResume ? "resuming behind the last event" : "take $after and select cursor to miss nothing";
    this.report(`Cut (${reason}); ${way} …`, true);
    this.timer = setTimeout(() => this.connect(), this.pause);
    this.pause = Math.min(this.pause * 2, LONGEST_PAUSE);
  }

  end(state, isAlert = false) {
    this.state = "ended";
    this.socket.close(1000);
    this.report(state, isAlert);
    showButtons(null);
  }

  stop() {
    this.state = "stopped";
    clearTimeout(this.timer);
    this.socket?.close(1000);
    this.report("Stopped");
  }

  resume() {
    this.pause = 500;
    say("Connecting …");
    this.connect();
  }
}

let live = null;

function showButtons(state) {
  page.stop.hidden = state === null;
  page.stop.textContent = state === "stopped" ? "Resume" : "Stop";
}

function toggle() {
  if (live.state === "stopped") {
    live.resume();
    showButtons("live");
  } else {
    live.stop();
    showButtons(live.canResume ? "stopped" : null);
  }
}

function readVariables() {
  const text = page.variables.value.trim();
  const variables = text === "" ? {} : JSON.parse(text);
  if (variables === null || typeof variables !== "object" || Array.isArray(variables)) {
    throw new SyntaxError("an object is needed");
  }
  return variables;
}

function send() {
  if (page.send.disabled) {
    return;
  }
  let variables;
  try {
    variables = readVariables();
  } catch (error) {
    say(`The variables are no JSON: ${error.message}`, true);
    page.variables.focus();
    return;
  }
  const query = page.operation.value;
  const operation = chosenOperation(query, page.operation.selectionStart);
  const request = { query, variables, ...(operation?.name ? { operationName: operation.name } : {}) };
  live?.stop();
  live = null;
  showButtons(null);
  if (operation?.kind === "subscription") {
    live = new Live(request, operation.takesAfter);
    showButtons("live");
    live.start();
  } else {
    sendOnce(request);
  }
}

/** Fills in an example; an id that it needs comes from what is there. */
async function pick(example) {
  page.operation.value = example.operation;
  page.operation.setSelectionRange(0, 0);
  page.operation.scrollTop = 0;
  const show = (variables) => {
    page.variables.value = JSON.stringify(variables, null, 2);
  };
  show(example.variables("…"));
  if (example.fill === undefined) {
    return;
  }
  const data = await lookUp(example.fill);
  const id = Object.values(data ?? {})[0]?.nodes[0]?.id;
  if (id !== undefined && page.operation.value === example.operation) {
    show(example.variables(id));
  }
}

EXAMPLES.forEach((example, place) => page.example.add(new Option(example.title, String(place))));
page.example.addEventListener("change", () => pick(EXAMPLES[Number(page.example.value)]));
page.stop.addEventListener("click", toggle);
page.request.addEventListener("submit", (event) => {
  event.preventDefault();
  send();
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    send();
  }
});
pick(EXAMPLES[0]);
