import { useEffect, useState, type FormEvent } from "react";

import { useDebounced } from "../shared/debounced";
import { STATUSES, statusName } from "../shared/status";
import type { Filters } from "./filters";

const TYPING_MILLISECONDS = 250;

interface FilterBarProps {
  filters: Filters;
  change: (filters: Filters) => void;
  /** What is wrong with the search. */
  searchFault: string | null;
}

export function FilterBar({ filters, change, searchFault }: FilterBarProps) {
  return (
    <div className="filters" role="search">
      <fieldset className="statuses">
        <legend>Status</legend>
        {[null, ...STATUSES].map((status) => (
          <label key={status}>
            <input type="radio" name="status" checked={filters.status === status} onChange={() => change({ ...filters, status })} />
            <span>{status ? statusName(status) : "All"}</span>
          </label>
        ))}
      </fieldset>
      <CustomerFilter value={filters.customer} change={(customer) => change({ ...filters, customer })} />
      <SearchForm value={filters.search} change={(search) => change({ ...filters, search })} fault={searchFault} />
    </div>
  );
}

interface TextProps {
  value: string;
  change: (value: string) => void;
}

function CustomerFilter({ value, change }: TextProps) {
  const [typed, setTyped] = useState(value);
  const settled = useDebounced(typed, TYPING_MILLISECONDS);
  useEffect(() => {
    if (settled !== value) change(settled);
    // Only what is typed changes the filter.
  }, [settled]);
  return (
    <div className="field">
      <label htmlFor="customer">Customer</label>
      <input id="customer" type="search" placeholder="Name contains…" value={typed} onChange={(event) => setTyped(event.target.value)} />
    </div>
  );
}

function SearchForm({ value, change, fault }: TextProps & { fault: string | null }) {
  const [typed, setTyped] = useState(value);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change(typed);
  };
  return (
    <form className="field search" onSubmit={submit}>
      <label htmlFor="search">Search</label>
      <div className="with-button">
        <input
          id="search"
          type="search"
          placeholder={'total>10000 currency:"eur"'}
          value={typed}
          aria-invalid={fault !== null}
          aria-describedby={fault ? "search-fault" : undefined}
          onChange={(event) => setTyped(event.target.value)}
        />
        <button>Search</button>
      </div>
      {fault && (
        <p className="fault" id="search-fault" role="alert">
          {fault}
        </p>
      )}
    </form>
  );
}
