"""Where state lies: ``$KGPRESS_HOME``, by default the platform's data folder."""

from __future__ import annotations

import os
from pathlib import Path

from kgpress.errors import OutputError

_FOLDERS = ("artifacts", "graph", "snapshots", "run", "logs")


def home(path: str | os.PathLike[str] | None = None) -> Path:
    """The home folder with its sub-folders, made when absent, readable by the user only.

    Raises:
        OutputError: it cannot be made or written.
    """
    chosen = path or os.environ.get("KGPRESS_HOME")
    if chosen is None:
        import platformdirs

        chosen = platformdirs.user_data_dir("kgpress", appauthor=False)
    root = Path(chosen).expanduser().absolute()
    try:
        for folder in (root, *(root / name for name in _FOLDERS)):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"the home folder {root} cannot be used: {error.strerror}",
            remedy="set KGPRESS_HOME to a folder that you can write",
        ) from None
    return root
