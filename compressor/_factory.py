"""Objects named as ``module:function``."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

from kgpress.errors import InvalidInput


def call_factory(factory: Callable[[], Any] | str) -> Any:
    """Calls ``module:function`` (or the callable itself) without arguments.

    Raises:
        InvalidInput: the name is not of that form, or leads nowhere.
    """
    if callable(factory):
        return factory()
    module_name, colon, function_name = factory.partition(":")
    if not colon or not module_name or not function_name:
        raise InvalidInput(
            f"{factory!r} is not a factory", remedy="write it as module:function", field="factory"
        )
    try:
        function = getattr(importlib.import_module(module_name), function_name)
    except (ImportError, AttributeError) as error:
        raise InvalidInput(
            f"factory {factory!r} cannot be imported: {error}",
            remedy="check the name and that the module is on the Python path",
            field="factory",
        ) from error
    return function()
