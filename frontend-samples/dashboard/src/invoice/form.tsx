// Forms whose refusals stand at the field that they are about.

import { useEffect, useRef, useState, type FormEvent, type InputHTMLAttributes, type RefObject } from "react";

import type { Result, UserError } from "./mutate";

export interface Faults {
  /** By the name of the field. */
  fields: Readonly<Record<string, string>>;
  /** Those of no field of the form. */
  others: readonly string[];
}

const NONE: Faults = { fields: {}, others: [] };

/** Sorts refusals by the last name in their path; `["lines", "0", "quantity"]` is about `quantity`. */
export function faultsOf(errors: readonly UserError[], names: readonly string[]): Faults {
  const fields: Record<string, string> = {};
  const others: string[] = [];
  for (const { message, path } of errors) {
    const name = path?.findLast((part) => names.includes(part));
    if (name) fields[name] = message;
    else others.push(message);
  }
  return { fields, others };
}

export function useForm(names: readonly string[], send: () => Promise<Result> | Faults, done: () => void) {
  const [faults, setFaults] = useState(NONE);
  const form = useRef<HTMLFormElement>(null);
  useFocusOnFault(form, faults);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const answer = await send();
    const found = "errors" in answer ? faultsOf(answer.errors, names) : answer;
    setFaults(found);
    if (found.others.length === 0 && Object.keys(found.fields).length === 0) done();
  };
  return { form, faults, submit };
}

function useFocusOnFault(form: RefObject<HTMLFormElement | null>, faults: Faults): void {
  useEffect(() => {
    form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  }, [form, faults]);
}

interface FieldProps extends InputHTMLAttributes<HTMLInputElement> {
  id: string;
  label: string;
  fault: string | undefined;
  hint?: string;
}

export function Field({ id, label, fault, hint, ...input }: FieldProps) {
  const described = [hint && `${id}-hint`, fault && `${id}-fault`].filter(Boolean).join(" ");
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input id={id} autoComplete="off" aria-invalid={fault !== undefined} aria-describedby={described || undefined} {...input} />
      {hint && (
        <p className="muted" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {fault && (
        <p className="fault" id={`${id}-fault`}>
          {fault}
        </p>
      )}
    </div>
  );
}

export function OtherFaults({ faults }: { faults: Faults }) {
  return (
    <div role="alert">
      {faults.others.map((message) => (
        <p key={message} className="fault">
          {message}
        </p>
      ))}
    </div>
  );
}
