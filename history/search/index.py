"""Keep the databases' indexes of words, and ask them for candidates.

A message is inserted together with its `words`. Any other code may change a `body` without knowing of
them: a trigger of the database then empties the words of an empty body, and sets all others to NULL.
`catch_up` computes those before each search and with each sweep. So no way of writing can be forgotten,
not even that of the release before while an upgrade rolls.

PostgreSQL has a GIN index of each message's words, author and room, each with the block of the message's
id before it: 15/ferry, 15@7, 15#3. So the newest messages can be asked first, and a question about one
block costs no more than the block has, also for beginnings of words. The index's list of pending entries
keeps inserts quick; `upkeep` merges it, rather than the poster whose message makes it overflow.

SQLite has an FTS5 table that triggers keep. A SQLite that was built without FTS5 has no index, and finds
the same more slowly.
"""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import connection, transaction

from history import folding, markup
from history.models import Message

TABLE = "history_words"
# Texts that are folded in one go, with a lock on each.
CHUNK = 500
# Seconds that upkeep may fold in one go: after an upgrade there may be millions of texts.
LONGEST_CATCH_UP = 1.0
# Pages of SQLite's index that are merged in one go.
_MERGED = 200

# A block has 2¹⁶ ids.
BLOCK = 16
_LEXEMES = (
    "(replace({m}words, ' ', ' ' || ({m}id >> 16)::text || '/')"
    " || ' ' || ({m}id >> 16)::text || '@' || coalesce({m}author_id, 0)::text"
    " || ' ' || ({m}id >> 16)::text || '#' || {m}stream_id::text)::tsvector"
)
_POSTGRESQL = (
    f"CREATE INDEX message_words ON history_message USING gin (({_LEXEMES.format(m='')})) "
    "WITH (gin_pending_list_limit = 8192) WHERE words IS NOT NULL",
    """
CREATE OR REPLACE FUNCTION history_void_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.words := CASE NEW.body WHEN '' THEN '' END;
    RETURN NEW;
END $$
""",
    """
CREATE TRIGGER message_void_words BEFORE UPDATE OF body ON history_message FOR EACH ROW
WHEN (NEW.body IS DISTINCT FROM OLD.body AND NEW.words IS NOT DISTINCT FROM OLD.words)
EXECUTE FUNCTION history_void_words()
""",
)
# The table has no text of its own (content=), no positions of words and no lengths: it is only asked which
# message has which words.
_SQLITE_TABLE = f"""
CREATE VIRTUAL TABLE IF NOT EXISTS {TABLE} USING fts5(
    words, content='history_message', content_rowid='id', tokenize='ascii', detail=none,
    columnsize=0)
"""
_SQLITE_REBUILD = "INSERT INTO history_words(history_words) VALUES ('rebuild')"
_SQLITE_VOID = """
CREATE TRIGGER IF NOT EXISTS message_void_words AFTER UPDATE OF body ON history_message
WHEN new.body IS NOT old.body AND new.words IS old.words
BEGIN
    UPDATE history_message SET words = CASE new.body WHEN '' THEN '' END WHERE id = new.id;
END
"""
_ADD = f"INSERT INTO {TABLE}(rowid, words) SELECT new.id, new.words WHERE new.words <> ''"
_REMOVE = (
    f"INSERT INTO {TABLE}({TABLE}, rowid, words) "
    "SELECT 'delete', old.id, old.words WHERE old.words <> ''"
)
_SQLITE_KEEP = {
    "message_words_insert": f"AFTER INSERT ON history_message BEGIN {_ADD}; END",
    "message_words_delete": f"AFTER DELETE ON history_message BEGIN {_REMOVE}; END",
    "message_words_update": "AFTER UPDATE OF words ON history_message "
    f"WHEN new.words IS NOT old.words BEGIN {_REMOVE}; {_ADD}; END",
}


def make() -> None:
    """Make what is missing of the index. Quick if nothing is.

    Django changes a table of SQLite by making a new one, without the triggers: so this runs after each
    migration.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT to_regclass('message_words')")
            if cursor.fetchone()[0] is None:
                for statement in _POSTGRESQL:
                    cursor.execute(statement)
            return
        cursor.execute(_SQLITE_VOID)
        if not has_index():
            return
        cursor.execute(_SQLITE_TABLE)
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        known = {name for (name,) in cursor.fetchall()}
        if missing := _SQLITE_KEEP.keys() - known:
            for name in missing:
                cursor.execute(f"CREATE TRIGGER {name} {_SQLITE_KEEP[name]}")
            cursor.execute(_SQLITE_REBUILD)


def has_index() -> bool:
    """Return True if the database can index words: always, except a SQLite built without FTS5."""
    if connection.vendor == "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pragma_module_list WHERE name = 'fts5'")
        return bool(cursor.fetchone()[0])


def catch_up(*, limit: int = CHUNK) -> int:
    """Compute the words of messages that have none yet, the newest first. Return how many there were.

    A text that has a link but no HTML is rendered as well: it is older than the rendering of links here.
    """
    waiting = Message.objects.filter(words__isnull=True, kind=Message.Kind.CHAT)
    found = list(waiting.order_by("-id").values_list("pk", "body", "html", "files")[:limit])
    if not found:
        return 0
    rows = []
    for pk, body, html, files in found:
        shown = html or _with_links(body)
        names = [file["name"] for file in files or ()]
        rows.append((folding.of(body, shown, names), shown, pk, body, html))
    with transaction.atomic(), connection.cursor() as cursor:
        # The text is compared: one that was changed meanwhile is left for the next time.
        cursor.executemany(
            "UPDATE history_message SET words = %s, html = %s "
            "WHERE id = %s AND body = %s AND html = %s AND words IS NULL",
            rows,
        )
    return len(found)


def _with_links(body: str) -> str:
    """Return the HTML of a text from the time when pages made the links; "" if it has no link."""
    return markup.render(body) if markup.may_have_links(body) else ""


def upkeep() -> None:
    """Compute words that are missing, and merge pending entries. Any worker does this now and then."""
    until = time.monotonic() + LONGEST_CATCH_UP
    while catch_up() == CHUNK and time.monotonic() < until:
        pass
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT gin_clean_pending_list('message_words')")


def scrub() -> None:
    """Drop from SQLite's index what it still has of erased texts.

    FTS5 only notes that words are gone, and keeps them until it merges that note with what it wrote
    before. So everything is merged, in small steps that let others write between them. If nothing is new
    since the last time, this does nothing. PostgreSQL vacuums by itself.
    """
    if connection.vendor == "postgresql" or not has_index():
        return
    until = time.monotonic() + LONGEST_CATCH_UP
    merge = f"INSERT INTO {TABLE}({TABLE}, rank) VALUES ('merge', %s)"  # noqa: S608 - all constants
    with connection.cursor() as cursor:
        # A negative number: merge also few pieces.
        pages = -_MERGED
        while time.monotonic() < until:
            before = connection.connection.total_changes
            cursor.execute(merge, [pages])
            # Then all is merged, as FTS5's documentation says.
            if connection.connection.total_changes - before < 2:
                return
            pages = _MERGED


# Asking -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Word:
    """A word of `fold` that a message must have, or with which one of its words must begin."""

    text: str
    begins: bool = False


# PostgreSQL's condition, with what `lexemes` returns.
INDEXED = f"{_LEXEMES.format(m='m.')} @@ wanted.lexemes AND m.words IS NOT NULL"


def lexemes(
    block: int,
    wanted: Sequence[Word],
    *,
    people: Iterable[int] | None,
    streams: Iterable[int] | None,
) -> str:
    """Return the query for a block: all of the words, and one of the people and of the streams, if given."""
    parts = [f"'{block}/{word.text}'{':*' if word.begins else ''}" for word in wanted]
    for mark, keys in (("@", people), ("#", streams)):
        if keys is not None:
            parts.append("(" + " | ".join(f"'{block}{mark}{key}'" for key in keys) + ")")
    return " & ".join(parts)


def matching(wanted: Sequence[Word]) -> str:
    """Return the query for TABLE: all of these words."""
    return " AND ".join(f'"{word.text}"{" *" if word.begins else ""}' for word in wanted)


def contains() -> str:
    """Return the SQL condition that `m.words` contains a text, byte for byte on every database."""
    return "strpos(m.words, %s) > 0" if connection.vendor == "postgresql" else "instr(m.words, %s)"
