import { useState } from "react";

import { UpdateDocument, type InvoiceDetailFragment, type InvoiceUpdateInput } from "../generated/graphql";
import { Field, OtherFaults, useForm } from "./form";
import { useInvoiceMutation } from "./mutate";

const NAMES = ["description", "footer", "daysUntilDue"];

/** Changes the texts and the term of payment; what may be changed in which status is the gateway's to say. */
export function EditForm({ invoice }: { invoice: InvoiceDetailFragment }) {
  const { run, isBusy } = useInvoiceMutation(invoice);
  const [description, setDescription] = useState<string | null>(null);
  const [footer, setFooter] = useState<string | null>(null);
  const [days, setDays] = useState("");

  const send = () => {
    const texts = { ...changed("description", description), ...changed("footer", footer) };
    const input: Omit<InvoiceUpdateInput, "id"> = { ...texts, ...(days !== "" && { daysUntilDue: Number(days) }) };
    return run(UpdateDocument, input, texts);
  };
  const reset = () => {
    setDescription(null);
    setFooter(null);
    setDays("");
  };
  const { form, faults, submit } = useForm(NAMES, send, reset);
  const isUnchanged = description === null && footer === null && days === "";

  return (
    <form ref={form} className="card" aria-label="Texts and term" onSubmit={submit} noValidate>
      <h2>Texts and term</h2>
      <OtherFaults faults={faults} />
      <Field
        id="description"
        label="Description"
        value={description ?? invoice.description ?? ""}
        fault={faults.fields["description"]}
        onChange={(event) => setDescription(event.target.value)}
      />
      <Field
        id="footer"
        label="Footer"
        value={footer ?? invoice.footer ?? ""}
        fault={faults.fields["footer"]}
        onChange={(event) => setFooter(event.target.value)}
      />
      <Field
        id="daysUntilDue"
        label="Days until due"
        type="number"
        value={days}
        fault={faults.fields["daysUntilDue"]}
        hint="Empty leaves the term as it is."
        onChange={(event) => setDays(event.target.value)}
      />
      <button aria-disabled={isBusy || isUnchanged} onClick={(event) => (isBusy || isUnchanged) && event.preventDefault()}>
        Save
      </button>
    </form>
  );
}

/** An input with a text that was typed; an empty one clears. */
function changed(name: "description" | "footer", typed: string | null) {
  return typed === null ? {} : { [name]: typed.trim() || null };
}
