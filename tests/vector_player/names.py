"""Names of the REST interface in the spelling of the schema."""

from collections.abc import Collection, Mapping

from vector_player.facts import ANY


def camel(name: str) -> str:
    """`amount_due` as `amountDue`."""
    first, *others = name.split("_")
    return first + "".join(word.title() for word in others)


def spelled(type_name: str, path: str, facts: Mapping[tuple[str, str], str], known: Collection[str]) -> str:
    """The name of a field or an argument: as a fact says, or in camelCase by the conventions of the schema.

    References end in `Id` or `Ids`, moments in `At`. When nothing fits, the plain camelCase name.
    """
    fact = facts.get((type_name, path)) or facts.get((ANY, path))
    if fact is not None:
        return fact
    name = camel(path.rpartition(".")[2])
    candidates = (name, f"{name}Id", f"{name.removesuffix('s')}Ids", f"{name}At")
    return next((candidate for candidate in candidates if candidate in known), name)
