"""Reads limits from JupyterLab's settings files.

jupyterlab_server combines the layers: schema defaults, overrides.d, overrides.json, labconfig and the user's
own settings. Without JupyterLab there is no schema, and the settings have no limits.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jupyter_core.paths import jupyter_config_dir, jupyter_config_path, jupyter_path

from jupyter_llm_meter.policy.errors import SettingsError

PLUGIN = "jupyter-llm-meter:meter"
LONGEST_SAVE_S = 2.0
"""How long JupyterLab may take between emptying a settings file and writing it."""


@dataclass(frozen=True)
class LabPaths:
    """Where a lab keeps its settings, by the names of jupyterlab_server's LabConfig.

    Attributes:
        app_settings_dir: Holds ``overrides.json`` and ``overrides.d``.
        schemas_dir: Schemas of the lab's own plugins.
        user_settings_dir: The user's own settings.
        labextensions_path: Folders of prebuilt extensions with their schemas.
    """

    app_settings_dir: str
    schemas_dir: str
    user_settings_dir: str
    labextensions_path: Sequence[str]

    @classmethod
    def default(cls) -> LabPaths:
        """Return the paths that jupyterlab would use here, by its documented variables and folders."""
        application = os.environ.get("JUPYTERLAB_DIR") or os.path.join(sys.prefix, "share", "jupyter", "lab")
        settings = os.environ.get("JUPYTERLAB_SETTINGS_DIR") or os.path.join(
            jupyter_config_dir(), "lab", "user-settings"
        )
        return cls(
            app_settings_dir=os.path.join(application, "settings"),
            schemas_dir=os.path.join(application, "schemas"),
            user_settings_dir=settings,
            labextensions_path=jupyter_path("labextensions"),
        )

    def files(self) -> Iterator[Path]:
        """Yield every file that can change what :func:`read_limits` returns, whether it exists or not."""
        yield from self.schema_files()
        yield from self.changing_files()

    def schema_files(self) -> Iterator[Path]:
        """Yield where a schema of this extension may be; JupyterLab uses the first that exists."""
        package, plugin = PLUGIN.split(":")
        yield from (
            Path(path, package, "schemas", package, f"{plugin}.json") for path in self.labextensions_path
        )

    def changing_files(self) -> Iterator[Path]:
        """Yield every file that can change a setting from its default, whether it exists or not."""
        yield self.user_file()
        yield from self._override_files()

    def user_file(self) -> Path:
        """Return where the user's own settings are, whether they exist or not."""
        package, plugin = PLUGIN.split(":")
        return Path(self.user_settings_dir, package, f"{plugin}.jupyterlab-settings")

    def is_being_saved(self) -> bool:
        """Whether the user's own settings are being saved.

        JupyterLab empties the file before it writes it, and reads an empty file as no settings. One that has
        been empty for longer was left so.
        """
        try:
            state = self.user_file().stat()
        except OSError:
            return False
        return state.st_size == 0 and 0 <= time.time() - state.st_mtime < LONGEST_SAVE_S

    def _override_files(self) -> Iterator[Path]:
        application = Path(self.app_settings_dir)
        yield from (application / f"overrides.{form}" for form in ("json", "json5"))
        yield from sorted((application / "overrides.d").glob("*.json*"))
        for folder in jupyter_config_path():
            yield Path(folder, "labconfig", "default_setting_overrides.json")
            yield from sorted(Path(folder, "labconfig", "default_setting_overrides.d").glob("*.json"))

    def fingerprint(self) -> tuple[tuple[str, int, int], ...]:
        """Return a value that changes when one of the files does."""
        return tuple(_marks(self.files()))

    def check_overrides(self) -> None:
        """Make sure that JupyterLab can read the overrides: it passes over those it cannot.

        Raises:
            SettingsError: Naming the first file that is not JSON.
        """
        for path in self._override_files():
            if path.suffix == ".json" and path.is_file():
                _check_object(path)


def read_limits(paths: LabPaths) -> Any:
    """Return the key ``limits`` as the layers of settings leave it, unchecked.

    Returns:
        None when no schema of this extension is installed, so that the settings say nothing.

    Raises:
        SettingsError: The settings or their schema cannot be read, or do not fit each other.
    """
    schema = next((path for path in paths.schema_files() if path.is_file()), None)
    if schema is None:
        return None
    if not any(path.is_file() for path in paths.changing_files()):
        return _default_limits(schema)
    # These imports take half a second of a command that reads limits.
    from jupyterlab_server.settings_utils import get_settings
    from tornado.web import HTTPError

    paths.check_overrides()
    try:
        settings, warnings = get_settings(
            paths.app_settings_dir,
            paths.schemas_dir,
            paths.user_settings_dir,
            schema_name=PLUGIN,
            labextensions_path=list(paths.labextensions_path),
        )
        default = settings["schema"]["properties"]["limits"]["default"]
        limits = settings["settings"].get("limits", default)
    except (HTTPError, OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        # jupyterlab_server takes it for granted that the files hold objects with the expected keys.
        reason = error.log_message if isinstance(error, HTTPError) else repr(error)
        raise SettingsError("settings-unreadable", plugin=PLUGIN, error=str(reason)) from None
    if any(warnings):
        raise SettingsError("settings-invalid", error=_first_line(next(filter(None, warnings))))
    return limits


def _default_limits(schema: Path) -> Any:
    try:
        return json.loads(schema.read_text(encoding="utf-8"))["properties"]["limits"]["default"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SettingsError("settings-unreadable", plugin=PLUGIN, error=f"{schema}: {error!r}") from None


def _check_object(path: Path) -> None:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SettingsError("settings-file-unreadable", path=str(path), error=str(error)) from None
    if not isinstance(content, dict):
        raise SettingsError("settings-file-no-object", path=str(path))


def _first_line(text: str) -> str:
    return text.splitlines()[0].rstrip(".")


def _marks(paths: Iterator[Path]) -> Iterator[tuple[str, int, int]]:
    for path in paths:
        try:
            state = path.stat()
        except OSError:
            continue
        yield str(path), state.st_mtime_ns, state.st_size
