"""Backups of the whole site: its rows and its files in one archive, and the way back.

A backup is a tar archive with

* `rows.dump` (pg_dump's custom format) or `rows.sqlite3`: the rows at one moment;
* `files/<key>`: the files that these rows name, under the keys that they have in the store;
* `secrets.json`, if it was asked for;
* `manifest.json`: what the backup is of, and how much there is of everything;
* `SHA256SUMS`, as `sha256sum` writes it, of all members before it. An archive without it is not whole.

The rows are dumped first and the files read after them, so a file that is sent meanwhile is in neither,
and no file that the rows name is missed. One that is deleted meanwhile is missing, and the manifest says so.
Nothing grows with the site but the archive and a list on the disk: a file is read block by block.
"""

from rooms.backup.errors import SENTENCES, BackupError
from rooms.backup.restoring import restore
from rooms.backup.taking import take

__all__ = ["SENTENCES", "BackupError", "restore", "take"]
