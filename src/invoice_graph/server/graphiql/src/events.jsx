// What the subscription has delivered so far; GraphiQL itself shows only the newest.

import { useSyncExternalStore } from "react";

const MOST_SHOWN = 200;

/** The results of the subscription that was started last, newest first; the oldest are forgotten. */
export class EventLog {
  #listeners = new Set();
  #view = { state: "unused", count: 0, entries: [] };
  #recording = null;

  listen = (listener) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  view = () => this.#view;

  /** Begins anew; what earlier recordings still hear of is not shown. */
  record() {
    const recording = new Recording((change) => this.#recording === recording && this.#show(change(this.#view)));
    this.#recording = recording;
    this.#show({ state: "connecting", count: 0, entries: [] });
    return recording;
  }

  #show(view) {
    this.#view = view;
    for (const listener of this.#listeners) {
      listener();
    }
  }
}

/** What is told of one subscription. */
class Recording {
  #change;
  #ended = false;

  constructor(change) {
    this.#change = change;
  }

  add(result) {
    this.#change(({ state, count, entries }) => {
      const entry = { place: count + 1, at: new Date(), result };
      return { state, count: count + 1, entries: [entry, ...entries].slice(0, MOST_SHOWN) };
    });
  }

  turn(state) {
    if (!this.#ended) {
      this.#change((view) => ({ ...view, state }));
    }
  }

  /** The first word counts: what was stopped is closed as well. */
  end(state) {
    this.turn(state);
    this.#ended = true;
  }
}

/** The list below the response; absent until there is a subscription. */
export function EventList({ log }) {
  const { state, count, entries } = useSyncExternalStore(log.listen, log.view);
  return (
    state !== "unused" && (
      <section className="events" aria-label="Events received">
        <h2>
          {count} {count === 1 ? "event" : "events"} received <span data-state={state}>{state}</span>
        </h2>
        <ol reversed>
          {entries.map((entry) => (
            <Entry key={entry.place} {...entry} />
          ))}
        </ol>
      </section>
    )
  );
}

function Entry({ place, at, result }) {
  return (
    <li>
      <details>
        <summary>
          <span className="place">{place}</span> <time>{at.toLocaleTimeString("en-GB")}</time> {inShort(result)}
        </summary>
        <pre>{JSON.stringify(result.data ?? result, null, 2)}</pre>
      </details>
    </li>
  );
}

/** One line about a result: its type, change of status and number as far as they are selected, else its JSON. */
function inShort({ data, errors }) {
  if (errors) {
    return errors[0].message;
  }
  const [item] = Object.values(data);
  const change = item?.status && `${item.previousStatus ?? "new"} → ${item.status}`;
  const parts = [item?.type, change, item?.invoice?.number].filter(Boolean);
  return parts.length > 0 ? parts.join(" · ") : JSON.stringify(item);
}
