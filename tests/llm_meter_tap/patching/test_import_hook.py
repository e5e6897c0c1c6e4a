"""The import hook notices libraries at any import and leaves no trace on them."""

import importlib
import importlib.util
import inspect
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from llm_meter_tap.patching import import_hook
from llm_meter_tap.runtime import faults


@pytest.fixture
def seen() -> Iterator[list[ModuleType]]:
    before = dict(import_hook._callbacks)
    import_hook.unwatch_all()
    modules: list[ModuleType] = []
    yield modules
    import_hook.unwatch_all()
    for name, callback in before.items():
        import_hook.watch(name, callback)
    sys.modules.pop("watched_library", None)


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "watched_library.py"
    path.write_text("VALUE = 1\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    return path


def test_a_library_is_noticed_when_it_is_imported(seen, library):
    import_hook.watch("watched_library", seen.append)
    assert seen == []

    assert importlib.import_module("watched_library").VALUE == 1
    assert seen == [sys.modules["watched_library"]]


def test_a_library_that_was_imported_before_is_noticed_at_once(seen, library):
    module = importlib.import_module("watched_library")
    import_hook.watch("watched_library", seen.append)

    assert seen == [module]


def test_a_reload_is_noticed_again(seen, library):
    import_hook.watch("watched_library", seen.append)
    module = importlib.import_module("watched_library")
    importlib.reload(module)

    assert seen == [module, module]


def test_looking_for_a_library_is_not_importing_it(seen, library):
    import_hook.watch("watched_library", seen.append)
    assert importlib.util.find_spec("watched_library") is not None
    assert seen == []

    importlib.import_module("watched_library")
    assert importlib.util.find_spec("watched_library") is sys.modules["watched_library"].__spec__
    assert len(seen) == 1


def test_the_module_keeps_its_own_loader_spec_and_source(seen, library):
    import_hook.watch("watched_library", seen.append)
    module = importlib.import_module("watched_library")

    assert type(module.__loader__) is importlib.machinery.SourceFileLoader
    assert module.__spec__.loader is module.__loader__
    assert "exec_module" not in vars(module.__loader__)
    assert inspect.getsource(module) == "VALUE = 1\n"


def test_a_library_in_a_zip_file_is_noticed(seen, tmp_path, monkeypatch):
    with zipfile.ZipFile(tmp_path / "libraries.zip", "w") as archive:
        archive.writestr("watched_library.py", "import other_library\n")
        archive.writestr("other_library.py", "")
    monkeypatch.syspath_prepend(str(tmp_path / "libraries.zip"))
    import_hook.watch("watched_library", seen.append)
    importlib.import_module("watched_library")

    assert [module.__name__ for module in seen] == ["watched_library"]
    sys.modules.pop("other_library")


def test_an_import_that_fails_fails_as_ever_and_is_not_noticed(seen, library):
    library.write_text("raise RuntimeError('on import')")
    import_hook.watch("watched_library", seen.append)
    with pytest.raises(RuntimeError, match="on import"):
        importlib.import_module("watched_library")

    assert seen == []


def test_a_callback_that_fails_is_counted_and_the_import_is_not_hurt(seen, library):
    def fail(module: ModuleType) -> None:
        raise ZeroDivisionError

    import_hook.watch("watched_library", fail)
    assert importlib.import_module("watched_library").VALUE == 1
    assert faults.counts.pop("import_hook") == 1


def test_when_nothing_is_watched_the_import_system_is_as_it_was_found(seen, library):
    before = list(sys.meta_path)
    import_hook.watch("watched_library", seen.append)
    import_hook.watch("another_library", seen.append)
    assert len(sys.meta_path) == len(before) + 1

    import_hook.unwatch_all()
    assert sys.meta_path == before
