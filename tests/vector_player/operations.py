"""One operation of a vector: the mutation or query that it stands for, its result or its refusal."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLInputObjectType, get_named_type, get_nullable_type

from vector_player import documents
from vector_player.answers import Seen
from vector_player.arguments import input_object, path_of
from vector_player.facts import COERCION_REFUSALS, DECIDED, IMPLIED_BY_OPERATION, MUTATIONS, OWN_PARAMETERS
from vector_player.failures import Failed, Unplayable, differs
from vector_player.names import camel
from vector_player.stage import Stage

Path = tuple[str, ...]


@dataclass(frozen=True)
class Complaint:
    """Why an operation was refused. `by_graphql`: before the gateway saw the values."""

    code: str
    path: Path
    message: str
    by_graphql: bool = False


@dataclass(frozen=True)
class Result:
    """What came of an operation. `path_of` translates a parameter's name."""

    seen: Seen
    path_of: Callable[[str], Path]
    complaint: Complaint | None = None
    replayed: bool = False

    def done(self) -> Seen:
        """The result of an operation that must not be refused."""
        if self.complaint is not None:
            raise Refused(self, self.complaint)
        return self.seen


class Refused(Failed):
    """An operation was refused that should not be."""

    def __init__(self, result: Result, complaint: Complaint) -> None:
        super().__init__(f"expected no refusal, got {complaint.code}: {complaint.message}")
        self.result = result


async def mutate(stage: Stage, operation: str, args: Mapping[str, Any], key: str | None = None) -> Result:
    """Runs a mutation."""
    noun, verb = operation.rsplit(".", 1)
    own = own_parameter(noun)
    name = MUTATIONS.get(operation) or camel(f"{noun.removeprefix('test.')}_{verb}")
    kind = stage.input_of(name)
    given = {**IMPLIED_BY_OPERATION.get(operation, {}), **args}
    if "id" in kind.fields:
        given = {"id" if parameter == own else parameter: value for parameter, value in given.items()}
    alias = given.get("id") if verb == "create" else None
    if alias is not None and "code" not in kind.fields:
        del given["id"]
    result = await _send(stage, name, kind, own, input_object(kind, given, stage.ids), key)
    if alias is not None and result.complaint is None:
        stage.ids[alias] = result.seen.member("id").value
    return result


async def update_line(stage: Stage, args: Mapping[str, Any], key: str | None = None) -> Result:
    """Changes one line, as a change of lines with one entry."""
    entry = {"id" if name == "line_item" else name: value for name, value in args.items() if name != "invoice"}
    result = await mutate(stage, "invoice.update_lines", {"invoice": args["invoice"], "lines": [entry]}, key)
    whole = result.path_of

    def path(parameter: str) -> Path:
        return whole(parameter if parameter == "invoice" else f"lines[0][{parameter.replace('line_item', 'id')}]")

    if result.complaint is not None:
        return Result(result.seen, path, result.complaint, result.replayed)
    seen = await read_node(stage, "LineItem", stage.ids.get(entry["id"], entry["id"]))
    return Result(seen, path, None, result.replayed)


async def preview(stage: Stage, args: Mapping[str, Any], key: str | None = None) -> Result:
    """Runs invoicePreview. Our entries have the currency of the whole, so theirs is taken for that."""
    given = dict(args)
    if "invoice_items" in args:
        given["invoice_items"] = [dict(entry) for entry in args["invoice_items"]]
        currencies = {entry.pop("currency", None) for entry in given["invoice_items"]} | {args.get("currency")}
        first, *others = sorted(currencies - {None}) or [None]
        if others:
            raise Unplayable(f"a preview has one currency, not {first} and {others[0]}")
        if first is not None:
            given["currency"] = first
    return await mutate(stage, "invoice.create_preview", given, key)


async def retrieve(stage: Stage, noun: str, args: Mapping[str, Any], page_size: int = 10) -> Result:
    """Reads an object by its id; what is not there is a refusal."""
    own, root, fields = own_parameter(noun), camel(noun), stage.query_fields
    if root not in fields or own not in args:
        raise Unplayable(f"there is no query {root} by {own!r}")
    others = {camel(name): value for name, value in args.items() if name != own}
    id = stage.ids.get(args[own], args[own])
    document = documents.query(fields[root], root, tuple(others), page_size)
    found = (await stage.ask(document, id=id, **others))[root]
    seen = Seen(get_nullable_type(fields[root].type), found)
    missing = None if found is not None else Complaint("RESOURCE_MISSING", ("id",), "the answer is null")
    return Result(seen, lambda parameter: ("id",) if parameter == own else (camel(parameter),), missing)


async def read_node(stage: Stage, type_name: str, id: str) -> Seen:
    """Reads an object that has no root field of its own."""
    found = (await stage.ask(documents.node(stage.schema, type_name), id=id))["node"]
    return Seen(get_named_type(stage.schema.type_map[type_name]), found)


def own_parameter(noun: str) -> str:
    """The parameter that names the object itself."""
    last = noun.rpartition(".")[2]
    return OWN_PARAMETERS.get(last, last)


def check_refusal(expected: Mapping[str, Any], result: Result) -> None:
    """Compares a refusal with what is expected; raises Failed."""
    parameter, complaint = expected.get("param"), result.complaint
    code = str(expected.get("code") or "").upper()
    code = DECIDED.get((code, str(parameter)), code)
    if complaint is None:
        raise Failed(f"expected the refusal {code}, got none")
    path = None if parameter is None else result.path_of(parameter)
    if complaint.by_graphql:
        _check_coercion(code, path, complaint)
    elif code and complaint.code != code:
        raise Failed(f"expected the refusal {code}, got {complaint.code}: {complaint.message}")
    elif path is not None and complaint.path != path:
        raise differs(f"path of {code}", ".".join(path), ".".join(complaint.path))


def _check_coercion(code: str, path: Path | None, complaint: Complaint) -> None:
    """GraphQL itself refuses what does not have the type; its message must be about the parameter."""
    says, message = COERCION_REFUSALS.get(code), complaint.message
    unknown = code != "PARAMETER_UNKNOWN" and COERCION_REFUSALS["PARAMETER_UNKNOWN"] in message
    if says is None or says not in message or unknown or not _is_about(path, message):
        raise Unplayable(f"expected the refusal {code}, got {message}")


def _is_about(path: Path | None, message: str) -> bool:
    """Whether a message is about the value at a path, or about a field of the object around it."""
    if not path or f"'${path[0]}'" in message:
        return True
    steps = [f"[{step}]" if step.isdigit() else f".{step}" for step in path]
    whole, parent = "".join(steps), "".join(steps[:-1])
    return f" at {whole}:" in message or (
        f"field '{path[-1]}'" in message and (not parent or f" at {parent}:" in message)
    )


async def _send(
    stage: Stage, name: str, kind: GraphQLInputObjectType, own: str, input: dict[str, Any], key: str | None
) -> Result:
    def path(parameter: str) -> Path:
        return ("id",) if parameter == own and "id" in kind.fields else path_of(kind, parameter)

    if key is not None:
        input["idempotencyKey"] = key
    data, errors = await stage.send(documents.mutation(stage.schema, name), input=input)
    if errors:
        return Result(Seen(None, None), path, complaint_of(errors[0]))
    payload = data[name]
    complaint = _of_refusal(payload["userErrors"][0]) if payload["userErrors"] else None
    return Result(_subject(stage, name, payload), path, complaint, payload["replayed"])


def _subject(stage: Stage, name: str, payload: dict[str, Any]) -> Seen:
    """The object of a payload, or that it was deleted."""
    assert stage.schema.mutation_type is not None
    kind: Any = get_named_type(stage.schema.mutation_type.fields[name].type)
    if payload.get("deletedId") is not None:
        return Seen(None, {"id": payload["deletedId"], "deleted": True})
    field = documents.object_of(kind)
    return Seen(None, None) if field is None else Seen(get_nullable_type(kind.fields[field].type), payload[field])


def _of_refusal(error: Mapping[str, Any]) -> Complaint:
    return Complaint(error["code"], tuple(error["path"] or ()), error["message"])


def complaint_of(error: Mapping[str, Any]) -> Complaint:
    """A refusal of a whole request."""
    extensions = error["extensions"]
    if "reason" in extensions:
        return Complaint(extensions["reason"], (extensions["argument"],), error["message"])
    return Complaint(extensions["code"], (), error["message"], by_graphql=extensions["code"] == "BAD_USER_INPUT")
