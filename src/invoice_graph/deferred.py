"""Modules that are imported when something of them is first used: a start does not wait for what it may not need."""

import sys
from importlib.util import LazyLoader, find_spec, module_from_spec
from types import ModuleType


def deferred(name: str) -> ModuleType:
    """A module, imported or not yet; looking at anything in it imports it. Raises ModuleNotFoundError."""
    if name in sys.modules:
        return sys.modules[name]
    spec = find_spec(name)
    if spec is None or spec.loader is None:
        raise ModuleNotFoundError(f"No module named {name!r}.", name=name)
    spec.loader = LazyLoader(spec.loader)
    module = module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module
