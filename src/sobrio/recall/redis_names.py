"""What things are called in Redis.

In a cluster the part in braces says where a key lives: an answer lies beside its question, and a scope's
indexes, labels and lists lie together, so that nothing asked in one step is in two places.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

from sobrio.recall.seal import Seal

SALT: Final = "sobrio:salt"
GENERATION: Final = "sobrio:generation"
"""Goes up when a scope is cleared: every replica then forgets its indexes."""
SCOPES: Final = "sobrio:scopes"
"""Hash of tag to scope."""


@dataclass(frozen=True, slots=True)
class Names:
    seal: Seal

    def tag(self, scope: str) -> str:
        """Hexadecimal, so that no scope can hold a separator."""
        return blake2b(self.seal.name(scope.encode()), digest_size=12).hexdigest()

    def title(self, scope: str) -> str:
        """The scope as `cache stats` shows it."""
        return self.seal.name(scope.encode()).hex() if self.seal.sealing else scope

    def of(self, key: bytes) -> str:
        """An entry's name: its key, or what stands for it where the store is sealed."""
        return self.seal.name(key).hex()

    def answer(self, name: str) -> str:
        return f"sobrio:a:{{{name}}}"

    def text(self, name: str) -> str:
        return f"sobrio:t:{{{name}}}"

    def held(self, tag: str) -> str:
        """Sorted set of a scope's entries by the time they expire."""
        return f"sobrio:{{{tag}}}:keys"

    def rooms(self, tag: str) -> str:
        """The same of its logs, vector sets and labels, so that they can be cleared."""
        return f"sobrio:{{{tag}}}:rooms"

    def log(self, tag: str, context: bytes) -> str:
        return f"sobrio:{{{tag}}}:q:{self.seal.name(context).hex()}"

    def vectors(self, tag: str, context: bytes) -> str:
        return f"sobrio:{{{tag}}}:v:{self.seal.name(context).hex()}"

    def shelf(self, tag: str, part: str) -> str:
        """Of a scope's documents: `docs`, `versions` or `epoch`."""
        return f"sobrio:{{{tag}}}:p:{part}"

    def labels(self, tag: str, stream: str) -> str:
        return f"sobrio:{{{tag}}}:l:{blake2b(stream.encode(), digest_size=12).hexdigest()}"
