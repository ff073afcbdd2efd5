"""Lists of millions of rows: as much is counted, and read of each row, as a page needs."""

from typing import Any, NamedTuple

from django.contrib.admin.views.main import SEARCH_VAR, ChangeList, ChangeListSearchForm
from django.core.paginator import Page, Paginator
from django.core.validators import MaxLengthValidator
from django.db import connections
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from history.search.query import MAX_LENGTH
from rooms.staff.table import Table

# Rows that a search or a filter looks for. Nobody turns so many pages: from here on a narrower one
# is the way.
FIND_LIMIT = 10_000


class KeyPaginator(Paginator):  # type: ignore[type-arg]
    """Finds the keys first and reads the rows of one page only, with all that is joined to them.

    A search is done once, for the count and for the page. A whole table is not counted where the
    database has an estimate of it.
    """

    @cached_property
    def count(self) -> int:
        return self._whole[0] if self._keys is None else min(len(self._keys), FIND_LIMIT)

    @property
    def note(self) -> str:
        """What is to be said of the count, if it is not exact."""
        if self._keys is None:
            return _("That is an estimate.") if self._whole[1] else ""
        return _("There are more: narrow it down.") if len(self._keys) > FIND_LIMIT else ""

    def page(self, number: int | str) -> Page[Any]:
        number = self.validate_number(number)
        start = (number - 1) * self.per_page
        end = min(start + self.per_page, self.count)
        keys = self._all_keys() if self._keys is None else self._keys
        return Page(self._rows.filter(pk__in=list(keys[start:end])), number, self)

    @property
    def _rows(self) -> QuerySet[Any]:
        assert isinstance(self.object_list, QuerySet)
        return self.object_list

    def _all_keys(self) -> Any:
        return self._rows.values_list("pk", flat=True)

    @cached_property
    def _keys(self) -> list[Any] | None:
        """The keys of a list that is narrowed down, in its order; None for a whole table."""
        return list(self._all_keys()[: FIND_LIMIT + 1]) if self._rows.query.where else None

    @cached_property
    def _whole(self) -> tuple[int, bool]:
        """Return how many rows the table has, and whether that is an estimate."""
        estimate = _estimate(self._rows)
        return (estimate, True) if estimate > FIND_LIMIT else (self._rows.count(), False)


class SearchForm(ChangeListSearchForm):
    """The text of a list's search field, no longer than a search for messages may be."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields[SEARCH_VAR].validators.append(MaxLengthValidator(MAX_LENGTH))


class Chosen(NamedTuple):
    """A filter that narrows a list down, what it is set to, and the address of the list without it."""

    title: str
    choice: str
    without: str


class BoundedChangeList(ChangeList):
    search_form_class = SearchForm
    has_times = False  # in any column

    @property
    def table(self) -> Table:
        """The rows of this page, for a template."""
        return Table(self)

    @cached_property
    def chosen(self) -> list[Chosen]:
        """The filters that narrow the list down now."""
        found = []
        for spec in self.filter_specs:
            everything, *choices = spec.choices(self)
            found += [
                Chosen(str(spec.title), str(choice["display"]), str(everything["query_string"]))
                for choice in choices
                if choice["selected"]
            ]
        return found


class KeyChangeList(BoundedChangeList):
    """Reads a list of one page in the same way as one of many."""

    has_times = True

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        if not self.multi_page:
            self.result_list = self.paginator.page(1).object_list


def _estimate(rows: QuerySet[Any]) -> int:
    """Return how many rows the planner takes the table to have; 0 if it does not know."""
    connection = connections[rows.db]
    if connection.vendor != "postgresql":
        return 0
    with connection.cursor() as cursor:
        table = connection.ops.quote_name(rows.model._meta.db_table)
        cursor.execute("SELECT reltuples::bigint FROM pg_class WHERE oid = %s::regclass", [table])
        return int(cursor.fetchone()[0])
