"""The tap in a new interpreter: on when the environment asks for it, otherwise without effect."""

import subprocess
import sys
import textwrap
import venv
from pathlib import Path

import pytest
from tap_process import environment, run, settled

import llm_meter_tap
from llm_meter_tap.startup import bootstrap_path

CHAT = "v1/chat/completions"
BODY = {"model": "gpt-5", "messages": [{"role": "user", "content": "Say hi"}]}
PACKAGE = Path(llm_meter_tap.__file__).parent


@pytest.fixture(scope="module")
def foreign_python(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The Python of an environment that has nothing of ours."""
    path = tmp_path_factory.mktemp("foreign")
    venv.create(path, with_pip=False)
    return str(path / ("Scripts" if sys.platform == "win32" else "bin") / "python")


def test_starting_an_interpreter_imports_few_small_modules_and_no_library(folder):
    code = "import sys; print(sorted(sys.modules))"
    plain = set(eval(run(None, code)[0]))
    metered = set(eval(run(folder, code)[0]))

    added = {name for name in metered - plain if name not in ("sitecustomize", "__future__")}
    small = ("startup", "patching", "patching.import_hook", "system")
    assert added == {"llm_meter_tap", *(f"llm_meter_tap.{name}" for name in small)}
    assert not folder.exists()


@pytest.mark.parametrize("more", [{"LLM_METER_DIR": ""}, {"LLM_METER_DISABLE": "1"}])
def test_nothing_happens_unless_the_environment_asks_for_it(folder, more):
    output, _ = run(folder, "import sys; print('llm_meter_tap' in sys.modules)", **more)

    assert output == "False\n"


def test_a_foreign_environment_gets_the_one_package_and_nothing_else_of_ours(folder, foreign_python):
    code = """
        import importlib.util, sys
        from llm_meter_tap import record
        print(record(input_tokens=3))
        print([name for name in ("jupyter_llm_meter", "httpx", "pytest") if importlib.util.find_spec(name)])
    """
    output, errors = run(folder, code, python=foreign_python)

    assert errors == ""
    assert output.endswith("\n[]\n")
    assert len(settled(folder)) == 1


def test_another_sitecustomize_still_has_its_turn_and_may_change_the_path(folder, tmp_path):
    (tmp_path / "sitecustomize.py").write_text("import sys; sys.marked = True; sys.path.append('added')")
    path = f"{bootstrap_path()}:{tmp_path}"
    code = "import sys, sitecustomize; print(sys.marked, sys.path[-1], sitecustomize.__file__)"
    output, errors = run(folder, code, PYTHONPATH=path)

    assert (output, errors) == (f"True added {tmp_path}/sitecustomize.py\n", "")


def test_no_import_asks_the_file_system_for_the_folder_of_the_tap_and_its_module_can_be_loaded_again(folder):
    code = f"""
        import importlib, os, pkgutil, sys
        finder = sys.path_importer_cache[{bootstrap_path()!r}]
        seen = []
        sys.addaudithook(lambda event, arguments: seen.append(arguments) if event == "os.listdir" else None)
        os.utime({bootstrap_path()!r})
        print(finder.find_spec("no_such_module"), seen, sys.path.count({bootstrap_path()!r}))
        importlib.invalidate_caches()
        importlib.reload(sys.modules["sitecustomize"])
        print([found.name for found in pkgutil.iter_modules([{bootstrap_path()!r}])])
    """
    output, errors = run(folder, code)

    assert (output, errors) == ("None [] 1\n['sitecustomize']\n", "")


def test_the_other_sitecustomize_has_its_turn_when_the_tap_is_off_too(tmp_path):
    (tmp_path / "sitecustomize.py").write_text("import sys; sys.marked = True")
    path = f"{bootstrap_path()}:{tmp_path}"
    output, _ = run(None, "import sys; print(sys.marked)", PYTHONPATH=path)

    assert output == "True\n"


def test_what_the_other_sitecustomize_raises_is_reported_as_ever(folder, tmp_path):
    (tmp_path / "sitecustomize.py").write_text("import no_such_module")
    plain = run(None, "pass", PYTHONPATH=str(tmp_path))
    assert "no_such_module" in plain[1]

    assert "no_such_module" in run(folder, "pass", PYTHONPATH=f"{bootstrap_path()}:{tmp_path}")[1]


def activation_file(name):
    """The text of a file that the wheel puts beside the package, and the checkout inside it."""
    beside = PACKAGE.parent / name
    return (beside if beside.exists() else PACKAGE / name).read_text()


@pytest.mark.parametrize("name", ["zz_llm_meter.pth", "zz_llm_meter.start"])
def test_the_files_for_an_environment_of_our_own_switch_the_tap_on_once(provider, folder, tmp_path, name):
    (tmp_path / name).write_text(activation_file(name))
    # PEP 829's `.start` names a callable; interpreters before 3.15 leave the file alone.
    activate = f"import site; site.addsitedir({str(tmp_path)!r})"
    if name.endswith(".start") and sys.version_info < (3, 15):
        entry = activation_file(name).strip()
        activate = f"import pkgutil; pkgutil.resolve_name({entry!r})()"
    code = f"""
        import sys; sys.path.insert(0, {str(PACKAGE.parent)!r})
        {activate}
        import httpx
        httpx.post("{provider.url}/json/{CHAT}", json={BODY})
    """
    _, errors = run(folder, code, PYTHONPATH="")
    assert (errors, len(settled(folder))) == ("", 1)

    _, errors = run(folder, code)
    assert (errors, len(settled(folder))) == ("", 2)


def test_the_pth_line_does_nothing_unless_the_environment_asks_for_it(tmp_path):
    (tmp_path / "zz_llm_meter.pth").write_text(activation_file("zz_llm_meter.pth"))
    code = (
        f"import site, sys; site.addsitedir({str(tmp_path)!r}); print('llm_meter_tap.startup' in sys.modules)"
    )

    assert run(None, code) == ("False\n", "")


def test_subprocesses_are_metered_too(provider, folder):
    call = f"import httpx; httpx.post('{provider.url}/json/{CHAT}', json={BODY})"
    run(folder, f"import subprocess, sys; subprocess.run([sys.executable, '-c', {call!r}], check=True)")

    assert len(settled(folder)) == 1


@pytest.mark.parametrize("version", ["2.7", "3.6", "3.7"])
def test_interpreters_too_old_for_the_tap_start_as_ever(folder, version):
    pythons = sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python"))
    if not pythons:
        pytest.skip(f"no Python {version} was found on this machine")
    done = subprocess.run(
        [str(pythons[0]), "-c", "print('here')"],
        env=environment(folder, PYTHONDONTWRITEBYTECODE="1"),
        capture_output=True,
        text=True,
    )
    assert (done.stdout, done.stderr) == ("here\n", "")


def test_the_environment_fills_the_record(provider, folder):
    code = f"import httpx; httpx.post('{provider.url}/json/{CHAT}', json={BODY}, headers={{'api-key': 'k'}})"
    names = {
        "PROJECT": "p",
        "TEAM": "t",
        "USER": "u",
        "NOTEBOOK": "n.ipynb",
        "KERNEL_ID": "k",
        "CELL_ID": "c",
        "RUN_ID": "r",
    }
    run(folder, code, **{f"LLM_METER_{name}": value for name, value in names.items()})

    (record,) = settled(folder)
    assert (record["llm_meter.project"], record["llm_meter.team"], record["user.id"]) == ("p", "t", "u")
    assert record["llm_meter.notebook.path"] == "n.ipynb"
    assert (record["llm_meter.kernel.id"], record["llm_meter.cell.id"]) == ("k", "c")
    assert record["llm_meter.run.id"] == "r"
    assert record["llm_meter.key.fingerprint"].startswith("key-")


IMPORTS = {
    "lazily": """
        import importlib.util, sys
        for name in ("httpx", "urllib3", "aiohttp"):
            spec = importlib.util.find_spec(name)
            spec.loader = importlib.util.LazyLoader(spec.loader)
            sys.modules[name] = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(sys.modules[name])
        import aiohttp, httpx, urllib3
    """,
    "and reloaded": """
        import importlib
        import aiohttp, httpx, urllib3
        httpx, urllib3 = importlib.reload(httpx), importlib.reload(urllib3)
    """,
    "a second time": """
        import sys
        for _ in range(2):
            for name in list(sys.modules):
                if name.partition(".")[0] in ("httpx", "urllib3", "aiohttp"):
                    del sys.modules[name]
            import aiohttp, httpx, urllib3
    """,
}
CALLS = """
import asyncio
assert httpx.post(url, json=body).status_code == 200
assert urllib3.PoolManager().request("POST", url, json=body).status == 200

async def main():
    async with aiohttp.ClientSession() as session, session.post(url, json=body) as response:
        await response.read()

asyncio.run(main())
"""


@pytest.mark.parametrize("how", IMPORTS)
def test_libraries_that_are_imported_in_odd_ways_are_metered_once(provider, folder, how):
    given = f"url, body = {f'{provider.url}/json/{CHAT}'!r}, {BODY!r}"
    run(folder, "\n".join([given, textwrap.dedent(IMPORTS[how]), CALLS]))

    assert len(settled(folder)) == 3


def test_with_every_warning_an_error_a_program_and_its_forked_child_end_well(provider, folder):
    code = f"""
        import gc, multiprocessing, urllib.request
        body, headers = b'{{"model": "gpt-5", "messages": []}}', {{"content-type": "application/json"}}
        request = urllib.request.Request("{provider.url}/json/{CHAT}", body, headers)
        with urllib.request.urlopen(request) as response:
            response.read()
        gc.collect()
        worker = multiprocessing.get_context("fork").Process(target=print, args=("from the child",))
        worker.start()
        worker.join()
        print(worker.exitcode)
    """
    output, errors = run(folder, code, PYTHONWARNINGS="error", PYTHONDEVMODE="1")

    assert (output.split("\n"), errors) == (["from the child", "0", ""], "")
    assert len(settled(folder)) == 1
