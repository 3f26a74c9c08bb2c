"""Which keys of a file were met before, whatever its size."""

import sqlite3


class Seen:
    """The keys met so far, in a private database that moves to disk when it grows."""

    def __init__(self) -> None:
        self._keys = sqlite3.connect("")
        self._keys.execute("create table seen (key text primary key, line integer) without rowid")

    def line_of(self, key: str, line: int) -> int:
        """The line where the key was first met; `line` if that is now."""
        new = self._keys.execute("insert or ignore into seen values (?, ?)", (key, line))
        if new.rowcount:
            return line
        found = self._keys.execute("select line from seen where key = ?", (key,)).fetchone()
        return int(found[0])

    def close(self) -> None:
        """Forget all of them."""
        self._keys.close()
