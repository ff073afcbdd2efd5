"""Queries that are put into SQL once, where that takes longer than to run them.

Django compiles a query each time it is run: a third of a millisecond for one with a join and a condition
or two, as much as a message costs to commit. Written as any query; only the values are filled in later.
"""

import copy
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Model, QuerySet
from django.db.models.expressions import DatabaseDefault
from django.db.models.query import ModelIterable

# What stands for a value while the query is compiled: nothing that a query has of its own.
_TEXT = "\ue000{}\ue000"
_NUMBER = 7_301_000_000


class Prepared:
    """A query whose values, texts and numbers, are its parameters.

    mine = Prepared(lambda user, code: Membership.objects.filter(user=user, room__code=code),
                    user=int, code=str)
    mine.all(user=ada.pk, code="K7QX")
    """

    def __init__(self, build: Callable[..., QuerySet[Any]], **kinds: type[int] | type[str]) -> None:
        self._build = build
        self._marks: dict[str, int | str] = {
            name: _NUMBER + number if kind is int else _TEXT.format(name)
            for number, (name, kind) in enumerate(kinds.items())
        }
        self._names = {mark: name for name, mark in self._marks.items()}
        self._compiled: tuple[Any, str, tuple[Any, ...]] | None = None

    def all(self, **values: int | str) -> list[Any]:
        """Return what the query finds with these values."""
        compiler, sql, parameters = self._compiled or self._compile()
        # A compiler is of one connection, and each thread has its own.
        compiler = copy.copy(compiler)
        compiler.connection = connections[DEFAULT_DB_ALIAS]
        names = self._names
        filled = tuple(
            values[names[p]] if p.__class__ in (str, int) and p in names else p for p in parameters
        )
        compiler.as_sql = lambda *args, **kwargs: (sql, filled)
        # Django's way from rows to instances asks its queryset for no more than this.
        asked = SimpleNamespace(
            db=DEFAULT_DB_ALIAS,
            query=SimpleNamespace(get_compiler=lambda using: compiler),
            _known_related_objects={},
        )
        return list(ModelIterable(asked))  # type: ignore[arg-type]

    def first(self, **values: int | str) -> Any:
        """Return the first that is found, or None."""
        return next(iter(self.all(**values)), None)

    def _compile(self) -> tuple[Any, str, tuple[Any, ...]]:
        compiler: Any = self._build(**self._marks).query.get_compiler(DEFAULT_DB_ALIAS)
        sql, parameters = compiler.as_sql()
        compiler.connection = None
        self._compiled = compiler, sql, tuple(parameters)
        return self._compiled


_inserts: dict[tuple[type[Model], tuple[str, ...]], str] = {}


def insert(row: Model) -> None:
    """Insert a row that has plain values; what the database has a default for is not read back.

    As `save(force_insert=True)`, in a fifth of its time, and without signals.
    """
    meta, connection = row._meta, connections[DEFAULT_DB_ALIAS]
    names: list[str] = []
    values: list[Any] = []
    for column in meta.concrete_fields:
        value = getattr(row, column.attname)
        if isinstance(value, DatabaseDefault) or (value is None and column.primary_key):
            continue
        names.append(str(column.column))
        values.append(column.get_db_prep_save(value, connection))
    key = (type(row), tuple(names))
    sql = _inserts.get(key)
    if sql is None:
        quote = connection.ops.quote_name
        assert meta.pk is not None
        sql = _inserts[key] = (
            f"INSERT INTO {quote(meta.db_table)} ({', '.join(map(quote, names))})"  # noqa: S608
            f" VALUES ({', '.join(['%s'] * len(names))}) RETURNING {quote(str(meta.pk.column))}"
        )
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        (row.pk,) = cursor.fetchone()
    row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS
