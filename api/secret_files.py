"""Keys kept in files that only the owner may read: made at first use, never in the database."""

import os
import secrets
from collections.abc import Callable
from pathlib import Path

from api.settings import Settings
from appraisal.crypto import Keyring


def load_keyring(settings: Settings) -> Keyring:
    """The keys that protect personal data."""
    path = settings.keyring_file or settings.folder / "keys" / "keyring"
    return Keyring.load(_kept(path, lambda: Keyring.generate().dump()))


def load_secret_key(settings: Settings) -> str:
    """The key that signs cookies."""
    if settings.secret_key is not None:
        return settings.secret_key.get_secret_value()
    return _kept(settings.folder / "keys" / "cookies", lambda: secrets.token_hex(32))


def _kept(path: Path, make: Callable[[], str]) -> str:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():
        # Linked into place, so that of two processes starting at once one wins whole.
        new = path.with_name(f"{path.name}.{os.getpid()}")
        with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(make())
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(new, path)
        except FileExistsError:
            pass
        finally:
            new.unlink()
    return path.read_text()
