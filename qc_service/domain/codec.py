"""Typed values to plain JSON values and back, by their annotations: one strict codec for every record and intent.

A frozen dataclass is an object, a tuple an array, a ``Decimal`` and an identifier a string, a ``date`` ``2026-02-01``,
a ``datetime`` ``2026-02-01T08:00:00Z``. Reading is exact: an unknown or missing member, a number where text belongs or
a spelling that would not be written back the same is a fault with a JSON pointer, and all faults are found at once.
"""

from __future__ import annotations

import dataclasses
import functools
import re
import types
import typing
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from enum import Enum
from typing import Any, TypeVar

from qc_service.domain.errors import Fault, Malformed
from qc_service.domain.moments import instant_text, parse_day, parse_instant

T = TypeVar("T")
Faults = list[Fault]
Reader = Callable[[object, str, Faults], Any]
_DECIMAL = re.compile(r"-?\d{1,40}(\.\d{1,40})?(E[+-]\d{1,3})?", re.ASCII)
_LARGEST = 2**53 - 1


def to_plain(value: object) -> Any:
    """Return the value in plain JSON types; members are in the order of the fields, every one present."""
    return _writer(typing.cast("typing.Hashable", type(value)))(value)


@functools.cache
def _writer(kind: Any) -> Callable[[Any], Any]:
    for known, written in _WRITERS:
        if issubclass(kind, known):
            return written
    if not dataclasses.is_dataclass(kind):
        raise TypeError(f"{kind.__name__} has no plain form")
    names = tuple(field.name for field in dataclasses.fields(kind))
    return lambda value: {name: to_plain(getattr(value, name)) for name in names}


_WRITERS: tuple[tuple[type, Callable[[Any], Any]], ...] = (
    (types.NoneType, lambda _: None),
    (Enum, lambda choice: choice.value),
    (str, str),
    (int, lambda number: number),
    (tuple, lambda items: [to_plain(item) for item in items]),
    (Decimal, str),
    (datetime, instant_text),
    (date, date.isoformat),
)


def from_plain(kind: type[T], plain: object, *, complete: bool = False) -> T:
    """Read a value of ``kind``; with ``complete`` every member must be there, else defaults apply.

    Raises ``Malformed`` with one fault for each member that is wrong.
    """
    faults: Faults = []
    value = _reader(typing.cast("typing.Hashable", kind), complete)(plain, "", faults)
    if faults:
        raise Malformed("; ".join(_spoken(fault) for fault in faults), faults=tuple(faults))
    return typing.cast("T", value)


def parse_decimal(text: str) -> Decimal:
    """Read an exact decimal such as ``12.50`` or ``1.9E+11``; NaN, infinity and other spellings are refused."""
    value = Decimal(text) if _DECIMAL.fullmatch(text) else None
    if value is None or str(value) != text:
        raise Malformed(f"{text!r} is not a number as it is kept: write it {_as_kept(text)}")
    return value


def _as_kept(text: str) -> str:
    """How a number in another spelling is written with the same digits, or examples where it is none."""
    try:
        kept = str(Decimal(text)) if text.isascii() and "_" not in text else ""
    except InvalidOperation:
        kept = ""
    return f"as {kept}" if _DECIMAL.fullmatch(kept) else "like 12.50 or 1.9E+11"


def _spoken(fault: Fault) -> str:
    return f"{fault.pointer}: {fault.detail}" if fault.pointer else fault.detail


@functools.cache
def _reader(kind: Any, complete: bool) -> Reader:
    origin = typing.get_origin(kind)
    if origin in (types.UnionType, typing.Union):
        return _optional(_reader(_without_none(kind), complete))
    if origin is tuple:
        return _array(_reader(typing.get_args(kind)[0], complete))
    if dataclasses.is_dataclass(kind):
        return _object(typing.cast("type", kind), complete)
    return _scalar(kind)


def _without_none(kind: Any) -> Any:
    (only,) = (choice for choice in typing.get_args(kind) if choice is not type(None))
    return only


def _optional(inner: Reader) -> Reader:
    def read(plain: object, pointer: str, faults: Faults) -> Any:
        return None if plain is None else inner(plain, pointer, faults)

    return read


def _array(inner: Reader) -> Reader:
    def read(plain: object, pointer: str, faults: Faults) -> Any:
        if not isinstance(plain, list | tuple):
            return faults.append(Fault(pointer=pointer, detail="must be a list"))
        return tuple(inner(item, f"{pointer}/{place}", faults) for place, item in enumerate(plain))

    return read


def _scalar(kind: type) -> Reader:
    construct, plain_type, spoken = _CONSTRUCTORS.get(kind, (kind, str, "text"))

    def read(plain: object, pointer: str, faults: Faults) -> Any:
        if type(plain) is not plain_type:
            return faults.append(Fault(pointer=pointer, detail=f"must be {spoken}"))
        try:
            return construct(plain)
        except Malformed as error:
            return faults.append(Fault(pointer=pointer, detail=error.detail))
        except ValueError:
            choices = ", ".join(str(choice.value) for choice in typing.cast("type[Enum]", kind))
            return faults.append(Fault(pointer=pointer, detail=f"must be one of {choices}"))

    return read


def _counted(number: int) -> int:
    if abs(number) > _LARGEST:
        raise Malformed("must be a whole number within 2**53")
    return number


_CONSTRUCTORS: Mapping[type, tuple[Callable[[Any], Any], type, str]] = {
    bool: (bool, bool, "true or false"),
    int: (_counted, int, "a whole number"),
    Decimal: (parse_decimal, str, 'a number written as text, for example "12.50"'),
    datetime: (parse_instant, str, "a time, for example 2026-02-01T08:00:00Z"),
    date: (parse_day, str, "a day, for example 2026-02-01"),
}


def _object(kind: type, complete: bool) -> Reader:
    hints = typing.get_type_hints(kind)
    fields = {field.name: field for field in dataclasses.fields(kind)}
    readers = {name: _reader(hints[name], complete) for name in fields}
    required = {name for name, field in fields.items() if complete or not _has_default(field)}

    def read(plain: object, pointer: str, faults: Faults) -> Any:
        if not isinstance(plain, Mapping):
            return faults.append(Fault(pointer=pointer, detail="must be an object"))
        before = len(faults)
        faults += [
            Fault(pointer=f"{pointer}/{n}", detail="is not a member here") for n in plain if n not in fields
        ]
        faults += [
            Fault(pointer=f"{pointer}/{n}", detail="is missing") for n in sorted(required - plain.keys())
        ]
        values = {n: readers[n](item, f"{pointer}/{n}", faults) for n, item in plain.items() if n in fields}
        if len(faults) > before:
            return None
        try:
            return kind(**values)
        except Malformed as error:
            return faults.extend(_beneath(pointer, error))

    return read


def _has_default(field: dataclasses.Field[Any]) -> bool:
    return field.default is not dataclasses.MISSING or field.default_factory is not dataclasses.MISSING


def _beneath(pointer: str, error: Malformed) -> list[Fault]:
    return [Fault(pointer=pointer + fault.pointer, detail=fault.detail) for fault in error.faults]
