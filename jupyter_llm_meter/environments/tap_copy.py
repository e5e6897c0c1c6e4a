"""Installs the tap in another Python environment, and removes it.

It writes a copy of the package, the start-up files beside it, and the metadata that pip needs to list and
remove them. It works offline and without pip, and leaves a tap alone that was installed another way. The copy
does nothing until a process's environment turns the tap on.
"""

from __future__ import annotations

import base64
import hashlib
import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import llm_meter_tap
from jupyter_llm_meter._version import __version__
from jupyter_llm_meter.environments.errors import InterpreterError, TapCopyError
from jupyter_llm_meter.environments.interpreter import OLDEST, Interpreter, locate, probe

PACKAGE = "llm_meter_tap"
START_FILES = ("zz_llm_meter.pth", "zz_llm_meter.start")
INSTALLER = "jupyter-llm-meter"
_SOURCE = Path(llm_meter_tap.__file__).parent


class TapCopy:
    """The tap in one environment.

    Args:
        python: The environment's Python.
        environ: The environment to start it in.

    Raises:
        TapCopyError: It cannot be started.
    """

    def __init__(self, python: str, environ: Mapping[str, str]) -> None:
        self._environ = {name: value for name, value in environ.items() if "LLM_METER" not in name}
        try:
            self.interpreter: Interpreter = locate(python, self._environ)
        except InterpreterError as error:
            example = "such as /envs/torch/bin/python"
            raise TapCopyError(f"{error}; name an environment's Python, {example}") from None
        self._packages = self.interpreter.packages

    @property
    def version(self) -> str | None:
        """The version of the copy that is there; None without one."""
        record = self._own_record()
        return None if record is None else record.name.removesuffix(".dist-info").partition("-")[2]

    @property
    def is_foreign(self) -> bool:
        """Whether a tap is there that was installed another way, such as with all of jupyter-llm-meter."""
        return self.version is None and (self._packages / PACKAGE).exists()

    @property
    def is_active(self) -> bool:
        """Whether the tap starts in this environment by itself when a process asks for one."""
        asking = {**self._environ, "LLM_METER_DIR": os.devnull}
        try:
            return probe([self.interpreter.python, "-E"], asking, ()).is_metered
        except InterpreterError:
            return False

    def install(self) -> bool:
        """Install this version of the tap; returns whether anything had to be done.

        Raises:
            TapCopyError: The Python is too old, its packages cannot be written, or the tap does not start.
        """
        self._refuse_old()
        if self.is_foreign:
            if self.is_active:
                return False
            raise TapCopyError(
                f"{self._packages / PACKAGE} was installed another way and does not start by itself. "
                "Remove it, or install jupyter-llm-meter there, and try again."
            )
        if self.version == __version__ and self._is_whole() and self.is_active:
            return False
        self._writing(self._copy)
        if not self.is_active:
            raise TapCopyError(
                f"The tap is in {self._packages}, and {self.interpreter.python} does not start it, "
                "because it does not read .pth files in that folder."
            )
        return True

    def uninstall(self) -> bool:
        """Remove the tap; returns whether there was one.

        Raises:
            TapCopyError: It was installed another way, or cannot be removed.
        """
        if self.is_foreign:
            raise TapCopyError(
                f"The tap in {self._packages} is not from `jupyter llm-meter tap install`; remove it the "
                "way it was installed, such as by pip uninstall jupyter-llm-meter."
            )
        if self.version is None:
            return False
        self._writing(self._remove)
        return True

    def _refuse_old(self) -> None:
        if self.interpreter.version < OLDEST:
            ours, theirs = (".".join(map(str, version)) for version in (OLDEST, self.interpreter.version))
            raise TapCopyError(
                f"{self.interpreter.python} is Python {theirs}; the tap needs {ours} or newer. Use a newer "
                "Python for that environment, or call record() for its calls elsewhere."
            )

    def _writing(self, work: Callable[[], None]) -> None:
        try:
            work()
        except OSError as error:
            raise TapCopyError(
                f"{self._packages} cannot be changed ({error.strerror}); ask its administrator, "
                "or use an environment of your own."
            ) from None

    def _own_record(self) -> Path | None:
        for folder in self._packages.glob(f"{PACKAGE}-*.dist-info"):
            installer = folder / "INSTALLER"
            if installer.exists() and installer.read_text(encoding="utf-8").strip() == INSTALLER:
                return folder
        return None

    def _is_whole(self) -> bool:
        """Whether every file is there and up to date."""
        return all(
            there.exists() and there.read_bytes() == content for there, content in self._content().items()
        )

    def _content(self) -> dict[Path, bytes]:
        sources = [path for path in sorted(_SOURCE.rglob("*")) if path.is_file() and path.suffix == ".py"]
        package = self._packages / PACKAGE
        files = {package / path.relative_to(_SOURCE): path.read_bytes() for path in sources}
        return files | {self._packages / name: _start_file(name).read_bytes() for name in START_FILES}

    def _copy(self) -> None:
        self._packages.mkdir(parents=True, exist_ok=True)
        files = self._content()
        before = self._own_record()
        draft = self._packages / f".{PACKAGE}-{os.getpid()}"
        try:
            for path, content in files.items():
                there = draft / path.relative_to(self._packages)
                there.parent.mkdir(parents=True, exist_ok=True)
                there.write_bytes(content)
            if before is not None:
                self._remove()
            os.replace(draft / PACKAGE, self._packages / PACKAGE)
            self._write_record(files)
            # Written last, so that an interpreter that starts meanwhile finds all or nothing.
            for name in START_FILES:
                os.replace(draft / name, self._packages / name)
        finally:
            shutil.rmtree(draft, ignore_errors=True)

    def _write_record(self, files: Mapping[Path, bytes]) -> None:
        """Write the metadata of a distribution (PyPA: Recording installed projects)."""
        folder = self._packages / f"{PACKAGE}-{__version__}.dist-info"
        folder.mkdir(exist_ok=True)
        metadata = f"Metadata-Version: 2.1\nName: llm-meter-tap\nVersion: {__version__}\n"
        notes = {folder / "INSTALLER": f"{INSTALLER}\n".encode(), folder / "METADATA": metadata.encode()}
        lines = [self._line(path, content) for path, content in {**files, **notes}.items()]
        lines.append(f"{folder.name}/RECORD,,")
        for path, content in notes.items():
            path.write_bytes(content)
        (folder / "RECORD").write_text("\n".join(lines) + "\n", encoding="utf-8")

    def _line(self, path: Path, content: bytes) -> str:
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        return f"{path.relative_to(self._packages).as_posix()},sha256={digest},{len(content)}"

    def _remove(self) -> None:
        for name in START_FILES:
            (self._packages / name).unlink(missing_ok=True)
        if (self._packages / PACKAGE).exists():
            shutil.rmtree(self._packages / PACKAGE)
        record = self._own_record()
        if record is not None:
            shutil.rmtree(record)


def _start_file(name: str) -> Path:
    """A start-up file: beside the package where the wheel put it, inside it in a checkout."""
    beside = _SOURCE.parent / name
    return beside if beside.exists() else _SOURCE / name
