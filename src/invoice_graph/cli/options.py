"""The settings as options: generated from their model, read over the environment."""

import inspect
from collections.abc import Callable, Mapping
from typing import Annotated, Any, get_origin

import typer
from pydantic import ValidationError
from pydantic.fields import FieldInfo

from invoice_graph.config import ENVIRONMENT_PREFIX, Settings
from invoice_graph.documentation import option_name

_KINDS = {"list": list[str] | None, "bool": bool | None}
"""How options are given that are not one text: several times, or without a value."""

FORMS: Mapping[str, str] = {
    "int_parsing": "give a whole number",
    "float_parsing": "give a number",
    "finite_number": "give a number that has an end",
    "bool_parsing": "give true or false",
    "greater_than": "give more than {gt:g}",
    "greater_than_equal": "give at least {ge:g}",
    "less_than_equal": "give at most {le:g}",
    "literal_error": "give {expected}",
    "value_error": "{error}",
}
"""What is asked for instead of a value, by the kind of its fault."""


class Unfit(Exception):
    """What was asked for can't be done; the text is one line for the operator."""


def read_settings(given: Mapping[str, Any]) -> Settings:
    """The settings of this process: options, then the environment, then defaults. Raises Unfit."""
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        first = error.errors()[0]
        setting = str(first["loc"][0])
        source = option_name(setting) if given.get(setting) is not None else ENVIRONMENT_PREFIX + setting.upper()
        form = FORMS.get(first["type"], first["msg"]).format_map(first.get("ctx", {}))
        raise Unfit(f"{source} can't be {first['input']!r}; {form}.") from None


def with_settings(*names: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Gives a command the options of the named settings, of all without names, and the settings they make as its
    argument `settings`."""
    fields = {name: field for name, field in Settings.model_fields.items() if not names or name in names}
    options = [_option(name, field) for name, field in fields.items()]

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        def run(**given: Any) -> None:
            settings = read_settings({name: given.pop(name) for name in fields})
            command(settings=settings, **given)

        own = [item for item in inspect.signature(command).parameters.values() if item.name != "settings"]
        parameters = [item.replace(kind=inspect.Parameter.KEYWORD_ONLY) for item in (*own, *options)]
        run.__name__, run.__doc__ = command.__name__, command.__doc__
        run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        run.__annotations__ = {item.name: item.annotation for item in parameters}
        return run

    return decorate


def _option(name: str, field: FieldInfo) -> inspect.Parameter:
    """The option of one setting. Its text is left to the model, which reads the environment's as well."""
    kind = (get_origin(field.annotation) or field.annotation or str).__name__
    default = None if kind in _KINDS else str(field.default)
    about = typer.Option(
        f"--{name.replace('_', '-')}/--no-{name.replace('_', '-')}" if kind == "bool" else option_name(name),
        metavar=None if kind == "bool" else "TEXT",
        help=f"{(field.description or '').replace('`', '')}" + (f" [default: {default}]" if default else ""),
        show_default=False,
    )
    annotation = Annotated[_KINDS.get(kind, str | None), about]  # type: ignore[valid-type]
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation)
