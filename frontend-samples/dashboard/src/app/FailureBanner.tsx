import { useState, type FormEvent } from "react";

import { changeKey, connection } from "../api/client";
import { useStore } from "../shared/store";

/** Says in a sentence why nothing goes on, for as long as that is so. */
export function FailureBanner() {
  const failure = useStore(connection.failure);
  return (
    <div role="alert">
      {failure && (
        <div className="banner">
          <p>{failure.sentence}</p>
          {failure.kind === "unauthenticated" && <KeyForm />}
        </div>
      )}
    </div>
  );
}

function KeyForm() {
  const [key, setKey] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    changeKey(key.trim());
  };
  return (
    <form className="key-form" onSubmit={submit}>
      <label htmlFor="key">API key</label>
      <input id="key" type="password" autoComplete="off" placeholder="sk_…" required value={key} onChange={(event) => setKey(event.target.value)} />
      <button>Use this key</button>
    </form>
  );
}
