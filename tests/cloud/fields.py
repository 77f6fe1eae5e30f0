"""Reading a request body of the control API: what is missing or of the wrong type is said, in one sentence."""

from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")

REQUIRED: Any = object()


class BadRequest(ValueError):
    pass


class NotFound(LookupError):
    pass


class Fields:
    def __init__(self, body: dict[str, Any]) -> None:
        self.body = body

    def text(self, name: str, default: Any = REQUIRED) -> Any:
        return self._read(name, default, "a string", lambda value: isinstance(value, str))

    def number(self, name: str, default: Any = REQUIRED) -> Any:
        return self._read(name, default, "a number, not negative", lambda value: is_number(value) and value >= 0)

    def count(self, name: str, default: Any = REQUIRED) -> Any:
        return self._read(name, default, "a whole number above zero", lambda value: is_whole(value) and value > 0)

    def whole(self, name: str, default: Any = REQUIRED) -> Any:
        return self._read(name, default, "a whole number", is_whole)

    def choice(self, name: str, choices: tuple[str, ...], default: Any = REQUIRED) -> Any:
        return self._read(name, default, f"one of {', '.join(choices)}", lambda value: value in choices)

    def texts(self, name: str, default: Any = REQUIRED) -> Any:
        return self._read(name, default, "a list of strings", is_texts)

    def text_map(self, name: str, default: Any = REQUIRED) -> Any:
        return self._read(
            name, default, "an object of strings", lambda value: isinstance(value, dict) and is_texts([*value.values()])
        )

    def mapping(self, name: str, default: Any = REQUIRED) -> Any:
        return self._read(name, default, "an object", lambda value: isinstance(value, dict))

    def _read(self, name: str, default: T, kind: str, fits: Callable[[Any], bool]) -> Any:
        value = self.body.get(name)
        if value is None:
            if default is REQUIRED:
                raise BadRequest(f"{name} is missing: it must be {kind}")
            return default
        if not fits(value):
            raise BadRequest(f"{name} must be {kind}")
        return value


def is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def is_number(value: Any) -> bool:
    return is_whole(value) or isinstance(value, float)


def is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)
