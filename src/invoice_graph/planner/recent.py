"""What was used last, in bounded memory; safe in several threads at once."""

import threading
from collections import OrderedDict
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Recent(Generic[K, V]):
    """The values that were used last: at most `most` of them, of at most `room` together.

    A value of more than `largest` is not kept at all, so that it does not push out many others.
    """

    def __init__(self, most: int, room: int, largest: int) -> None:
        self._most, self._room, self._largest = most, room, largest
        self._kept: OrderedDict[K, tuple[V, int]] = OrderedDict()
        self._lock = threading.Lock()
        self.size = 0
        """The size of all values together."""

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: K) -> V | None:
        """The value of a key; None when it is not kept."""
        with self._lock:
            found = self._kept.get(key)
            if found is None:
                return None
            self._kept.move_to_end(key)
            return found[0]

    def keep(self, key: K, value: V, size: int) -> None:
        """Keeps a value if it is small enough; what was used longest ago makes room for it."""
        if size > self._largest:
            return
        with self._lock:
            self.size += size - self._kept.get(key, (None, 0))[1]
            self._kept[key] = value, size
            self._kept.move_to_end(key)
            while len(self._kept) > self._most or self.size > self._room:
                _, (_, left) = self._kept.popitem(last=False)
                self.size -= left
