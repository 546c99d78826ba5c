"""The worst documents and variables under a megabyte: each a request's body, and new each time it is made."""

from collections.abc import Callable, Mapping
from itertools import count

import orjson

_number = count()
SELECTION = "id number customer { id name } lines { nodes { id amount } }"


def _body(query: str, variables: object = None) -> bytes:
    return orjson.dumps({"query": query, "variables": variables})


def _deep() -> bytes:
    nested = "[" * 450_000 + "]" * 450_000
    return b'{"query":"{ eventCursor }","variables":{"a":%b}}' % nested.encode()


def _aliases() -> bytes:
    new = next(_number)
    return _body("{ " + " ".join(f"a{new}_{place}: eventCursor" for place in range(2_400)) + " }")


def _variables() -> bytes:
    return _body("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", {"ids": ["x" * 8] * 80_000})


def _unknown() -> bytes:
    new = next(_number)
    return _body("{ " + " ".join(f'a{new}_{at}: invoice(id: "{at}") {{ {SELECTION} }}' for at in range(90)) + " }")


def _doubling() -> bytes:
    new = next(_number)
    doubles = (f"fragment F{at} on Query {{ ...F{at + 1} a{at}_{new}: __typename ...F{at + 1} }}" for at in range(18))
    return _body(f"{{ ...F0 }} {' '.join(doubles)} fragment F18 on Query {{ eventCursor }}")


def _string() -> bytes:
    return _body(f'{{ invoice(id: "{next(_number)}{"x" * 900_000}") {{ id }} }}')


def _conditions() -> bytes:
    where = {"or": [{"total": {"in": list(range(100))}}] * 2_000}
    return _body("query ($w: InvoiceWhere) { invoices(where: $w) { totalCount } }", {"w": where})


def _fitting_conditions() -> bytes:
    new = next(_number)
    where = {"or": [{"total": {"in": list(range(new, new + 100))}}] * 190}
    return _body("query ($w: InvoiceWhere) { invoices(where: $w) { totalCount } }", {"w": where})


def _lines() -> bytes:
    lines = [{"amount": 1, "metadata": [{"key": f"k{key}", "value": "x" * 20} for key in range(20)]}] * 250
    input = {"customerId": f"cus_{next(_number)}", "lines": lines}
    return _body("mutation ($i: InvoiceCreateInput!) { invoiceCreate(input: $i) { replayed } }", {"i": input})


ABUSE: Mapping[str, Callable[[], bytes]] = {
    "JSON that is 450,000 levels deep": _deep,
    "2,400 aliases, never seen before": _aliases,
    "80,000 ids in a variable": _variables,
    "90 roots with selections, never seen before": _unknown,
    "18 fragments that double, never seen before": _doubling,
    "a string of 900,000 letters": _string,
    "2,000 conditions of 100 values": _conditions,
    "190 conditions of 100 values": _fitting_conditions,
    "250 lines of a customer who is not there": _lines,
}
"""What is sent, and how it is made."""
