import { useState } from "react";

import { AddLinesDocument, type InvoiceDetailFragment } from "../generated/graphql";
import { parseMoney } from "../shared/money";
import { Field, OtherFaults, useForm, type Faults } from "./form";
import { useInvoiceMutation } from "./mutate";

const NAMES = ["description", "quantity", "unitAmountDecimal"];

/** Adds a line to a draft. */
export function AddLineForm({ invoice }: { invoice: InvoiceDetailFragment }) {
  const { run, isBusy } = useInvoiceMutation(invoice);
  const [description, setDescription] = useState("");
  const [quantity, setQuantity] = useState("1");
  const [price, setPrice] = useState("");

  const send = () => {
    const unitAmountDecimal = parseMoney(price, invoice.currencyDigits);
    if (unitAmountDecimal === null) return NOT_AN_AMOUNT;
    const line = { description: description.trim() || null, quantity: Number(quantity), unitAmountDecimal };
    return run(AddLinesDocument, { lines: [line] }, {});
  };
  const reset = () => {
    setDescription("");
    setQuantity("1");
    setPrice("");
  };
  const { form, faults, submit } = useForm(NAMES, send, reset);

  return (
    <form ref={form} className="add-line" aria-label="Add a line" onSubmit={submit} noValidate>
      <Field
        id="line-description"
        label="New line"
        value={description}
        fault={faults.fields["description"]}
        onChange={(event) => setDescription(event.target.value)}
      />
      <Field
        id="line-quantity"
        label="Quantity"
        inputMode="numeric"
        value={quantity}
        fault={faults.fields["quantity"]}
        onChange={(event) => setQuantity(event.target.value)}
      />
      <Field
        id="line-price"
        label={`Price in ${invoice.currency.toUpperCase()}`}
        inputMode="decimal"
        value={price}
        fault={faults.fields["unitAmountDecimal"]}
        onChange={(event) => setPrice(event.target.value)}
      />
      <button aria-disabled={isBusy} onClick={(event) => isBusy && event.preventDefault()}>
        Add
      </button>
      <OtherFaults faults={faults} />
    </form>
  );
}

const NOT_AN_AMOUNT: Faults = { fields: { unitAmountDecimal: "Enter an amount such as 12.50." }, others: [] };
