"""A person, as far as the log knows people: it has no model of its own for them."""

from typing import Any, Protocol


class Person(Protocol):
    """A user, as far as others get to see one."""

    @property
    def pk(self) -> Any: ...
    @property
    def public_id(self) -> Any: ...
    @property
    def display_name(self) -> Any: ...
    @property
    def is_guest(self) -> Any: ...
    @property
    def is_bot(self) -> Any: ...
