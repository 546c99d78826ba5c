"""What `search` becomes in SQL. The statement follows from the search's form alone; its values are parameters."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import and_, false, not_, or_, select
from sqlalchemy.sql.elements import ColumnElement

from invoice_graph.domain import search as language
from invoice_graph.domain.clock import time_text
from invoice_graph.domain.ids import spelled
from invoice_graph.domain.lifecycle import InvoiceStatus
from invoice_graph.domain.search import Clause, Form, Operator, SearchForm, parse_search
from invoice_graph.planner import filters, labels
from invoice_graph.planner.arguments import Arguments
from invoice_graph.planner.compiler import Scope
from invoice_graph.store import dialect
from invoice_graph.store.types import json_text

PATH = ("search",)
COMPARED = {
    Operator.IS: "eq",
    Operator.GREATER: "gt",
    Operator.AT_LEAST: "gte",
    Operator.LESS: "lt",
    Operator.AT_MOST: "lte",
}

Values = Callable[[Callable[[Clause], Any]], ColumnElement[Any]]
"""Makes a parameter of what a function reads in the clause."""

Spell = Callable[[Scope, Form, Values], ColumnElement[bool]]


def form_of(arguments: Arguments) -> SearchForm | None:
    """The form of a connection's `search`, if it has one; ArgumentFault when the text is at fault."""
    return arguments.form(PATH, lambda text: parse_search(text).form) if arguments.given(*PATH) else None


def condition(scope: Scope, arguments: Arguments, form: SearchForm) -> ColumnElement[bool]:
    """What a search of this form asks for."""
    parts = [_clause(scope, arguments, place, clause) for place, clause in enumerate(form.clauses)]
    return or_(*parts) if form.any else and_(*parts)


def _clause(scope: Scope, arguments: Arguments, place: int, form: Form) -> ColumnElement[bool]:
    def values(read: Callable[[Clause], Any]) -> ColumnElement[Any]:
        return arguments.bind(PATH, lambda text: _stored(read(parse_search(text).clauses[place])))

    found = _ABSENT[form.field](scope, values) if form.null else _FIELDS[form.field](scope, form, values)
    return not_(filters.known(found)) if form.negated else found


def _compared(column: str) -> Spell:
    """A number or a moment."""
    return lambda scope, form, values: filters.OPERATORS[COMPARED[form.operator]](
        scope.table.c[column], values(lambda clause: clause.value)
    )


def _currency(scope: Scope, form: Form, values: Values) -> ColumnElement[bool]:
    return scope.table.c.currency == values(lambda clause: _text(clause).casefold())


def _customer(scope: Scope, form: Form, values: Values) -> ColumnElement[bool]:
    return dialect.among(scope.table.c.customer_id, values(lambda clause: json_text(_ids(_text(clause)))))


def _ids(text: str) -> list[str]:
    """The id as it was written, and as it would be had it been made here."""
    return sorted({text, spelled(text)})


def _metadata(scope: Scope, form: Form, values: Values) -> ColumnElement[bool]:
    key, value = values(lambda clause: clause.key), values(lambda clause: _text(clause).casefold())
    return labels.labelled(scope, key, lambda label: label.c.value_key == value)


def _number(scope: Scope, form: Form, values: Values) -> ColumnElement[bool]:
    """Looks through the index that holds every number, which takes far less than looking through the invoices."""
    own = scope.compiler.scope(scope.kind)
    if form.operator is Operator.CONTAINS:
        found = dialect.contains(own.table.c.number_key, values(lambda clause: _text(clause).casefold()))
    else:
        found = own.table.c.number_words.like(values(lambda clause: language.words_pattern(_text(clause))))
    ids = select(own.table.c.id).where(own.of_actor(), own.table.c.number_words.is_not(None), found)
    return scope.table.c.id.in_(ids)


def _status(scope: Scope, form: Form, values: Values) -> ColumnElement[bool]:
    """There are few of them, so texts are compared here, and the database compares what came out."""
    if form.operator is Operator.CONTAINS:
        return dialect.among(scope.table.c.status, values(lambda clause: json_text(_statuses(_text(clause)))))
    return scope.table.c.status == values(lambda clause: _status_named(_text(clause)))


def _statuses(part: str) -> list[str]:
    return [status for status in InvoiceStatus if part.casefold() in status.casefold()]


def _status_named(text: str) -> str:
    """The status that has the words, of which there is one at most since each is a word; empty for none."""
    return next((status.value for status in InvoiceStatus if language.has_words(status, text)), "")


def _never(scope: Scope, form: Form, values: Values) -> ColumnElement[bool]:
    return false()


_FIELDS: Mapping[str, Spell] = {
    "created": _compared("created_at"),
    "total": _compared("total"),
    "currency": _currency,
    "customer": _customer,
    language.METADATA: _metadata,
    "number": _number,
    "receipt_number": _never,
    "status": _status,
    "subscription": _never,
}


def _missing(column: str) -> Callable[[Scope, Values], ColumnElement[bool]]:
    return lambda scope, values: scope.table.c[column].is_(None)


def _no_label(scope: Scope, values: Values) -> ColumnElement[bool]:
    return labels.unlabelled(scope, values(lambda clause: clause.key))


def _always(scope: Scope, values: Values) -> ColumnElement[bool]:
    return not_(false())


_ABSENT: Mapping[str, Callable[[Scope, Values], ColumnElement[bool]]] = {
    "created": _missing("created_at"),
    "total": _missing("total"),
    "currency": _missing("currency"),
    "customer": _missing("customer_id"),
    language.METADATA: _no_label,
    "number": _missing("number"),
    "receipt_number": _always,
    "status": _missing("status"),
    "subscription": _always,
}


def _stored(value: Any) -> Any:
    return time_text(value) if isinstance(value, datetime) else value


def _text(clause: Clause) -> str:
    return str(clause.value)
