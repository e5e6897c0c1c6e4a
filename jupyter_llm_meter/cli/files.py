"""Commands about one file: the word that names it, and a bar that shows how far it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from jupyter_llm_meter.cli.command import Command, CommandError

_UNITS = ("bytes", "KiB", "MiB", "GiB", "TiB")


class FileCommand(Command):
    """A command whose one word names a file.

    Attributes:
        file: The file.
    """

    file: Path

    def _refuse_unknown_words(self) -> None:
        words, self.extra_args = list(self.extra_args), []
        super()._refuse_unknown_words()
        if len(words) != 1:
            raise CommandError("name one FILE; see --help")
        self.file = Path(words[0]).expanduser()


@contextmanager
def progress_bar(title: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on standard error, which takes what is done and the whole; none where that is no terminal."""
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(title, total=None)
        yield lambda done, whole: bar.update(task, completed=done, total=whole)


def format_bytes(size: int) -> str:
    """A size for people, such as ``1.5 MiB``."""
    number, unit = float(size), 0
    while number >= 1024 and unit + 1 < len(_UNITS):
        number, unit = number / 1024, unit + 1
    return f"{number:.1f} {_UNITS[unit]}" if unit else f"{size} bytes"
