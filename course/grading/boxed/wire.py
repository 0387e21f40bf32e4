"""Messages between the processes, and answers as data.

A frame is a length and that many bytes. Bytes that come from a student's process are
only ever read as JSON, never unpickled: what arrives is built here, from a fixed list
of types, so that nothing of his code comes along. What is on no list stays with him and
is known by a number (a *reference*).
"""

from __future__ import annotations

import base64
import collections
import dataclasses
import datetime
import decimal
import fractions
import json
import socket
import struct
import sys
import types
import uuid
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas

# Its types are too narrow for what is only known when it arrives.
pd: Any = pandas

LARGEST = 64_000_000
"""Bytes of the longest frame that is read."""

_DEEPEST = 60
_SIMPLE = (type(None), bool, int, float, str)


class Closed(Exception):
    """The other side has ended, or sent what cannot be read."""


class TooMuch(Closed):
    """The other side sent a frame beyond all measure."""


def send(to: socket.socket, data: bytes) -> None:
    """Send one frame."""
    try:
        to.sendall(struct.pack("!I", len(data)) + data)
    except OSError as error:
        raise Closed(str(error)) from None


def receive(source: socket.socket, *, largest: int = LARGEST) -> bytes:
    """Receive one frame; raise `Closed` at the end."""
    (size,) = struct.unpack("!I", _exactly(source, 4))
    if size > largest:
        raise TooMuch(f"a message of {size} bytes")
    return _exactly(source, size)


def _exactly(source: socket.socket, size: int) -> bytes:
    parts = bytearray()
    while len(parts) < size:
        try:
            part = source.recv(min(size - len(parts), 1 << 20))
        except TimeoutError:
            raise
        except OSError as error:
            raise Closed(str(error)) from None
        if not part:
            raise Closed("the other side has ended")
        parts += part
    return bytes(parts)


def send_json(to: socket.socket, message: Any) -> None:
    """Send a message as JSON."""
    send(to, json.dumps(message).encode("ascii"))


def receive_json(source: socket.socket, *, largest: int = LARGEST) -> Any:
    """Receive a message as JSON."""
    data = receive(source, largest=largest)
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        raise Closed("a message that is not JSON") from None


# Has a value changed?

# Since version 3 a table never writes into data that another one still refers to.
_COPY_ON_WRITE = int(pandas.__version__.split(".")[0]) >= 3


class Mark:
    """Remembers what a value was, to see later whether it is still the same.

    *dump* pickles a value. Tables are not pickled: while this refers to their data,
    whoever writes into them must put other data in the place of it.
    """

    def __init__(self, value: Any, dump: Callable[[Any], bytes]) -> None:
        self._dump = dump
        self._parts: Any = None
        if _COPY_ON_WRITE and type(value) in (pd.DataFrame, pd.Series):
            self._shadow = value.copy(deep=False)
            self._parts = _parts(value)
        else:
            self._blob = dump(value)

    def still(self, value: Any) -> bool:
        """Say whether *value*, the very object, is as it was."""
        if self._parts is None:
            # What cannot be pickled is taken to be as it was.
            return not self._blob or self._dump(value) == self._blob
        now = _parts(value)
        return len(now) == len(self._parts) and all(
            new is old or (type(new) is list and new == old)
            for new, old in zip(now, self._parts, strict=True)
        )


def _parts(table: Any) -> list[Any]:
    axes = list(table._mgr.axes)
    names = [list(axis.names) for axis in axes]
    return [*(block.values for block in table._mgr.blocks), *axes, *names]


# Values -> data

Refer = Callable[[Any], list[Any]]


def encode(value: Any, refer: Refer, depth: int = 0) -> Any:
    """Return *value* as something for JSON; *refer* makes a reference of all else."""
    kind = type(value)
    if kind in _SIMPLE:
        return value
    if depth > _DEEPEST:
        return refer(value)
    maker = _ENCODERS.get(kind)
    if maker is not None:
        return maker(value, lambda part: encode(part, refer, depth + 1))
    if isinstance(value, types.ModuleType):
        return ["module", value.__name__, refer(value)]
    if isinstance(value, np.generic):
        return ["scalar", value.dtype.str, _text(value.tobytes())]
    if isinstance(value, (*_ITERATORS, *_VIEWS)):
        named = "iterator" if isinstance(value, _ITERATORS) else "list"
        parts: Any = value
        return [named, [encode(part, refer, depth + 1) for part in parts]]
    if isinstance(value, pd.api.extensions.ExtensionArray):
        return _array(value, lambda part: encode(part, refer, depth + 1))
    if isinstance(value, pd.Index):
        return _index(value, lambda part: encode(part, refer, depth + 1))
    if _is_ours(kind) and dataclasses.is_dataclass(value):
        fields = {
            field.name: encode(getattr(value, field.name, None), refer, depth + 1)
            for field in dataclasses.fields(value)
        }
        return ["record", kind.__module__, kind.__qualname__, fields]
    if isinstance(value, type) or callable(value):
        return _imported(value, refer) or refer(value)
    return _subclass(value, kind, lambda part: encode(part, refer, depth + 1)) or refer(
        value
    )


def _subclass(value: Any, kind: type, inner: Callable[[Any], Any]) -> Any:
    """Send what a subclass of a plain type holds, without its methods."""
    if isinstance(value, tuple) and isinstance(getattr(kind, "_fields", 0), tuple):
        parts = [inner(part) for part in tuple.__iter__(value)]
        fields: Any = kind._fields  # type: ignore[attr-defined]
        return ["named", kind.__name__, list(fields), parts]
    plain: Any = None
    if isinstance(value, dict):
        plain = dict(dict.items(value))
    elif isinstance(value, str):
        plain = str.__str__(value)
    elif isinstance(value, int):
        plain = int.__add__(value, 0)
    elif isinstance(value, float):
        plain = float.__add__(value, 0.0)
    bases: tuple[Any, ...] = (list, tuple, set, frozenset)
    for base in bases:
        if isinstance(value, base):
            plain = base(base.__iter__(value))
    if plain is not None:
        return ["sub", kind.__name__, inner(plain)]
    return None


def _imported(value: Any, refer: Refer) -> Any:
    """Name a class or function that the other side may have, too."""
    module, name = getattr(value, "__module__", None), None
    if isinstance(module, str) and module != "__main__":
        name = getattr(value, "__qualname__", None)
    if not isinstance(name, str) or _find(module, name) is not value:
        return None
    return ["import", module, name, refer(value)]


def _find(module: Any, name: str) -> Any:
    found = sys.modules.get(module)
    for part in name.split("."):
        found = getattr(found, part, None)
    return found


def _is_ours(kind: type) -> bool:
    return str(kind.__module__).split(".")[0] == "crmlib"


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _index(index: Any, inner: Callable[[Any], Any]) -> Any:
    if type(index) is pd.RangeIndex:
        bounds = [index.start, index.stop, index.step]
        return ["range index", bounds, inner(index.name)]
    if isinstance(index, pd.MultiIndex):
        parts = [_index(index.get_level_values(i), inner) for i in range(index.nlevels)]
        return ["multi index", parts, inner(list(index.names))]
    freq = getattr(index, "freqstr", None) if hasattr(index, "freq") else None
    return ["index", _array(index.array, inner), inner(index.name), freq]


def _array(values: Any, inner: Callable[[Any], Any]) -> Any:
    if isinstance(values, np.ndarray):
        if values.dtype.hasobject:
            flat = [inner(part) for part in values.ravel()]
            return ["objects", list(values.shape), flat]
        data = np.ascontiguousarray(values)
        return ["array", data.dtype.str, list(values.shape), _text(data.tobytes())]
    dtype = str(values.dtype)
    if type(values).__name__ in ("NumpyExtensionArray", "DatetimeArray"):
        plain = np.asarray(values) if values.dtype.kind != "M" else None
        if plain is None and getattr(values.dtype, "tz", None) is not None:
            utc = np.asarray(values.tz_convert("UTC").tz_localize(None))
            return ["zoned", _array(utc, inner), str(values.dtype.tz)]
        return _array(np.asarray(values) if plain is None else plain, inner)
    if type(values).__name__ == "TimedeltaArray":
        return _array(np.asarray(values), inner)
    if isinstance(values, pd.Categorical):
        codes = _array(np.asarray(values.codes), inner)
        return ["category", codes, _index(values.categories, inner), values.ordered]
    missing = None if dtype.startswith(("str", "string")) else ...
    cells = values.astype(object).tolist()
    if missing is None:
        cells = [None if cell is pd.NA or cell != cell else cell for cell in cells]
        if not all(type(cell) in (str, type(None)) for cell in cells):
            cells = [inner(cell) for cell in cells]
    else:
        cells = [inner(cell) for cell in cells]
    return ["extension", dtype, cells]


def _stamp(value: Any) -> Any:
    if value.tz is None:
        return [value.isoformat(), value.unit, None]
    utc = value.tz_convert("UTC").tz_localize(None).isoformat()
    return [utc, value.unit, str(value.tz)]


def _frame(table: Any, inner: Callable[[Any], Any]) -> Any:
    columns = [_array(table.iloc[:, i].array, inner) for i in range(table.shape[1])]
    return ["table", columns, _index(table.columns, inner), _index(table.index, inner)]


def _pairs(value: Any, inner: Callable[[Any], Any]) -> list[Any]:
    return [[inner(key), inner(part)] for key, part in value.items()]


_ITERATORS: tuple[type, ...] = (
    types.GeneratorType,
    map,
    filter,
    zip,
    enumerate,
    reversed,
    type(iter([])),
    type(iter(())),
    type(iter({})),
    type(iter(set())),
    type(iter("")),
)
_VIEWS: tuple[type, ...] = (type({}.keys()), type({}.values()), type({}.items()))

_ENCODERS: dict[type, Callable[[Any, Callable[[Any], Any]], Any]] = {
    list: lambda v, f: ["list", [f(x) for x in v]],
    tuple: lambda v, f: ["tuple", [f(x) for x in v]],
    set: lambda v, f: ["set", [f(x) for x in v]],
    frozenset: lambda v, f: ["frozenset", [f(x) for x in v]],
    dict: lambda v, f: ["dict", _pairs(v, f)],
    collections.OrderedDict: lambda v, f: ["ordered", _pairs(v, f)],
    collections.Counter: lambda v, f: ["counter", _pairs(v, f)],
    collections.defaultdict: lambda v, f: ["default", _pairs(v, f)],
    collections.deque: lambda v, f: ["deque", [f(x) for x in v]],
    bytes: lambda v, f: ["bytes", _text(v)],
    bytearray: lambda v, f: ["bytearray", _text(bytes(v))],
    complex: lambda v, f: ["complex", v.real, v.imag],
    range: lambda v, f: ["range", [v.start, v.stop, v.step]],
    slice: lambda v, f: ["slice", [f(v.start), f(v.stop), f(v.step)]],
    type(...): lambda v, f: ["ellipsis"],
    type(NotImplemented): lambda v, f: ["not implemented"],
    decimal.Decimal: lambda v, f: ["decimal", str(v)],
    fractions.Fraction: lambda v, f: ["fraction", str(v)],
    uuid.UUID: lambda v, f: ["uuid", str(v)],
    datetime.date: lambda v, f: ["date", v.isoformat()],
    datetime.datetime: lambda v, f: ["datetime", v.isoformat()],
    datetime.time: lambda v, f: ["time", v.isoformat()],
    datetime.timedelta: lambda v, f: ["delta", v.days, v.seconds, v.microseconds],
    type(pd.NA): lambda v, f: ["NA"],
    type(pd.NaT): lambda v, f: ["NaT"],
    pd.Timestamp: lambda v, f: ["stamp", *_stamp(v)],
    pd.Timedelta: lambda v, f: ["span", v.as_unit("ns").value, v.unit],
    pd.Period: lambda v, f: ["period", v.ordinal, v.freqstr],
    pd.Interval: lambda v, f: ["interval", f(v.left), f(v.right), v.closed],
    np.ndarray: lambda v, f: _array(v, f),
    pd.Series: lambda v, f: [
        "series",
        _array(v.array, f),
        _index(v.index, f),
        f(v.name),
    ],
    pd.DataFrame: _frame,
    np.random.Generator: lambda v, f: [
        "generator",
        type(v.bit_generator).__name__,
        f(v.bit_generator.state),
    ],
}


# Data -> values


def decode(data: Any, resolve: Callable[[list[Any]], Any]) -> Any:
    """Build the value that `encode` made *data* of; *resolve* gets the references.

    Raises `ValueError` for anything that `encode` does not make.
    """
    if type(data) in _SIMPLE:
        return data
    if type(data) is not list or not data or data[0] not in _DECODERS:
        if type(data) is list and data and data[0] == "reference":
            return resolve(data)
        raise ValueError("an answer that is no data")
    try:
        return _DECODERS[data[0]](*data[1:], lambda part: decode(part, resolve))
    except ValueError:
        raise
    except Exception as error:
        raise ValueError(f"an answer that is no data ({error})") from None


def _has(module: str) -> bool:
    own = str(module).split(".")[0] in ("__main__", "boxed", "course")
    return not own and module in sys.modules


def known(module: str, name: str) -> Any:
    """Return this side's own class or function of a library; None if it has none."""
    return _find(module, name) if _has(module) else None


def _seen_module(name: str, reference: Any, f: Any) -> Any:
    return sys.modules[name] if _has(name) else f(reference)


def _seen_import(module: str, name: str, reference: Any, f: Any) -> Any:
    found = known(module, name)
    return f(reference) if found is None else found


def _record(module: str, name: str, fields: dict[str, Any], f: Any) -> Any:
    kind = known(module, name)
    if not (isinstance(kind, type) and _is_ours(kind)):
        raise ValueError(f"{module}.{name}")
    made: Any = object.__new__(kind)
    for field in dataclasses.fields(kind):
        object.__setattr__(made, field.name, f(fields[field.name]))
    return made


def _sub(name: str, plain: Any, f: Any) -> Any:
    value = f(plain)
    base = type(value)
    if base not in (int, float, str, list, tuple, set, frozenset, dict):
        raise ValueError("a subclass of another type")
    return type(str(name), (base,), {})(value)


def _named(name: str, fields: list[str], parts: list[Any], f: Any) -> Any:
    kind = collections.namedtuple(name, fields)  # type: ignore[misc]
    return kind(*map(f, parts))


def _from_bytes(dtype: str, shape: list[int], text: str, f: Any) -> Any:
    kind = np.dtype(dtype)
    if kind.hasobject:
        raise ValueError("objects as bytes")
    return np.frombuffer(base64.b64decode(text), kind).reshape(shape).copy()


def _from_objects(shape: list[int], cells: list[Any], f: Any) -> Any:
    made = np.empty(len(cells), dtype=object)
    for i, cell in enumerate(cells):
        made[i] = f(cell)
    return made.reshape(shape)


def _from_extension(dtype: str, cells: list[Any], f: Any) -> Any:
    return pd.array([f(cell) for cell in cells], dtype=dtype)


def _from_index(values: Any, name: Any, freq: Any, f: Any) -> Any:
    cells = f(values)
    made = pd.Index(cells, name=f(name), dtype=cells.dtype, copy=False)
    if freq is not None and hasattr(made, "freq"):
        made.freq = freq
    return made


def _from_multi(parts: list[Any], names: Any, f: Any) -> Any:
    return pd.MultiIndex.from_arrays([f(part) for part in parts], names=f(names))


def _series(values: Any, index: Any, name: Any = None) -> Any:
    # Named, lest objects be taken for text.
    return pd.Series(values, index=index, name=name, dtype=values.dtype, copy=False)


def _from_table(columns: list[Any], names: Any, index: Any, f: Any) -> Any:
    rows = f(index)
    made = pd.DataFrame(
        {i: _series(f(part), rows) for i, part in enumerate(columns)}, index=rows
    )
    made.columns = f(names)
    return made


def _from_stamp(text: str, unit: str, zone: str | None, f: Any) -> Any:
    made = pd.Timestamp(text).as_unit(unit)
    return made if zone is None else made.tz_localize("UTC").tz_convert(zone)


def _from_generator(name: str, state: Any, f: Any) -> Any:
    if name not in ("PCG64", "PCG64DXSM", "MT19937", "Philox", "SFC64"):
        raise ValueError(name)
    bits = getattr(np.random, name)(0)
    bits.state = f(state)
    return np.random.Generator(bits)


def _dict(pairs: list[Any], f: Any) -> dict[Any, Any]:
    return {f(key): f(value) for key, value in pairs}


_DECODERS: dict[str, Callable[..., Any]] = {
    "list": lambda v, f: [f(x) for x in v],
    "iterator": lambda v, f: iter([f(x) for x in v]),
    "tuple": lambda v, f: tuple(f(x) for x in v),
    "set": lambda v, f: {f(x) for x in v},
    "frozenset": lambda v, f: frozenset(f(x) for x in v),
    "dict": _dict,
    "ordered": lambda v, f: collections.OrderedDict(_dict(v, f)),
    "counter": lambda v, f: collections.Counter(_dict(v, f)),
    "default": lambda v, f: collections.defaultdict(None, _dict(v, f)),
    "deque": lambda v, f: collections.deque(f(x) for x in v),
    "bytes": lambda v, f: base64.b64decode(v),
    "bytearray": lambda v, f: bytearray(base64.b64decode(v)),
    "complex": lambda re, im, f: complex(re, im),
    "range": lambda v, f: range(*v),
    "slice": lambda v, f: slice(*map(f, v)),
    "ellipsis": lambda f: ...,
    "not implemented": lambda f: NotImplemented,
    "decimal": lambda v, f: decimal.Decimal(v),
    "fraction": lambda v, f: fractions.Fraction(v),
    "uuid": lambda v, f: uuid.UUID(v),
    "date": lambda v, f: datetime.date.fromisoformat(v),
    "datetime": lambda v, f: datetime.datetime.fromisoformat(v),
    "time": lambda v, f: datetime.time.fromisoformat(v),
    "delta": lambda d, s, m, f: datetime.timedelta(d, s, m),
    "NA": lambda f: pd.NA,
    "NaT": lambda f: pd.NaT,
    "stamp": _from_stamp,
    "span": lambda v, unit, f: pd.Timedelta(v, unit="ns").as_unit(unit),
    "period": lambda v, freq, f: pd.Period(ordinal=v, freq=freq),
    "interval": lambda a, b, closed, f: pd.Interval(f(a), f(b), closed=closed),
    "scalar": lambda dtype, text, f: _from_bytes(dtype, [1], text, f)[0],
    "array": _from_bytes,
    "objects": _from_objects,
    "extension": _from_extension,
    "zoned": lambda v, zone, f: (
        pd.DatetimeIndex(f(v)).tz_localize("UTC").tz_convert(zone).array
    ),
    "category": lambda codes, categories, ordered, f: pd.Categorical.from_codes(
        f(codes), f(categories), ordered=ordered
    ),
    "index": _from_index,
    "range index": lambda v, name, f: pd.RangeIndex(*v, name=f(name)),
    "multi index": _from_multi,
    "series": lambda v, index, name, f: _series(f(v), f(index), f(name)),
    "table": _from_table,
    "generator": _from_generator,
    "named": _named,
    "sub": _sub,
    "record": _record,
    "module": _seen_module,
    "import": _seen_import,
}
