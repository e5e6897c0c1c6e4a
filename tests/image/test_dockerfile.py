"""The files of the image, without Docker: what the Dockerfile says, and that both files are valid."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from dockerfile_parse import DockerfileParser

from jupyter_llm_meter.core.limit_reader import parse_limits
from jupyter_llm_meter.service.variables import READ_ELSEWHERE, VARIABLES

ROOT = Path(__file__).parents[2]
IMAGE = ROOT / "image"
COMPOSE = yaml.safe_load((IMAGE / "compose.yaml").read_text("utf-8"))
PRIVATE = "/home/lab/.local/share/jupyter/llm-meter"


@pytest.fixture(scope="module")
def instructions():
    """The instructions of the Dockerfile in order: name and value."""
    with (IMAGE / "Dockerfile").open("rb") as file:
        structure = DockerfileParser(fileobj=file).structure
    return [(each["instruction"], each["value"]) for each in structure if each["instruction"] != "COMMENT"]


@pytest.fixture
def the_one(instructions):
    def find(name):
        (value,) = [value for instruction, value in instructions if instruction == name]
        return value

    return find


def test_hadolint_finds_nothing():
    program = Path(sys.executable).parent / "hadolint"
    hadolint = str(program) if program.exists() else shutil.which("hadolint")
    if hadolint is None:
        pytest.skip("hadolint is not installed; there is none for this platform on PyPI")
    done = subprocess.run([hadolint, IMAGE / "Dockerfile"], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_the_base_is_pytorch_with_cuda_and_one_argument_changes_it(instructions):
    assert instructions[:2] == [
        ("ARG", "BASE=pytorch/pytorch:2.7.1-cuda12.8-cudnn9-runtime"),
        ("FROM", "${BASE}"),
    ]


def test_the_lab_runs_as_a_user_without_rights(instructions):
    after = [name for name, _ in instructions][[name for name, _ in instructions].index("USER") :]
    assert ("ARG", "UID=1000") in instructions
    assert ("USER", "${UID}") in instructions
    assert "RUN" not in after
    assert "COPY" not in after


def test_the_private_folder_is_a_volume_that_only_the_user_can_read(instructions, the_one):
    assert json.loads(the_one("VOLUME")) == [PRIVATE]
    made = " ".join(value for name, value in instructions if name == "RUN").replace("${HOME}", "/home/lab")
    assert f"mkdir -p {PRIVATE}" in made
    assert f"chmod 700 {PRIVATE}" in made
    assert "chown -R ${UID} /home/lab" in made


def test_what_is_copied_is_there_and_in_the_context(the_one):
    kept = (IMAGE / "Dockerfile.dockerignore").read_text().split()
    assert kept == ["*", "!dist/*.whl", "!image"]
    wheel, *files, _target = the_one("COPY").split()
    assert wheel == "dist/*.whl"
    assert [file for file in files if not (ROOT / file).is_file()] == []
    assert all(file.startswith("image/") for file in files)


def test_health_is_checked_with_the_script_of_the_image(the_one):
    command = the_one("HEALTHCHECK").partition("CMD ")[2]
    assert json.loads(command) == ["python3", "/opt/llm-meter/health.py"]


def test_the_limits_of_the_lab_are_valid():
    settings = json.loads((IMAGE / "overrides.json").read_text("utf-8"))["jupyter-llm-meter:meter"]
    (limit,) = parse_limits(settings["limits"], "settings")
    assert (limit.id, limit.amount) == ("user/month/tokens", 5_000_000)


def test_the_compose_file_is_valid():
    words = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]
    done = subprocess.run(
        [*words, IMAGE / "compose.yaml"], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_compose_file_sets_only_variables_that_are_read():
    known = {each.name for each in (*VARIABLES, *READ_ELSEWHERE)}
    given = COMPOSE["services"]["lab"]["environment"]
    assert {name for name in given if name.startswith("LLM_METER_")} <= known


def test_the_lab_waits_for_postgresql_and_keeps_its_private_folder():
    lab, database = COMPOSE["services"]["lab"], COMPOSE["services"]["db"]
    assert lab["depends_on"] == {"db": {"condition": "service_healthy"}}
    assert database["healthcheck"]["test"][:2] == ["CMD", "pg_isready"]
    named = {volume.split(":")[0]: volume.split(":")[1] for volume in (*lab["volumes"], *database["volumes"])}
    assert named["meter"] == PRIVATE
    assert {*named} == {*COMPOSE["volumes"]}


def test_no_password_is_in_the_compose_file_and_a_missing_one_is_said():
    passwords = [
        COMPOSE["services"]["lab"]["environment"]["PGPASSWORD"],
        COMPOSE["services"]["db"]["environment"]["POSTGRES_PASSWORD"],
    ]
    assert all(re.fullmatch(r"\$\{DB_PASSWORD:\?Set DB_PASSWORD .*\}", each) for each in passwords)
    assert "@" not in COMPOSE["services"]["lab"]["environment"]["LLM_METER_DATABASE_URL"].split("@")[1]
