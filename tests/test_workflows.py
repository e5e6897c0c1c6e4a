"""The files in .github fit their schemas, pin what they use, ask for few permissions, and run what exists."""

import re
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
GITHUB = ROOT / ".github"
WORKFLOWS = sorted((GITHUB / "workflows").glob("*.yml"))
SCHEMAS = {
    "github-workflows": WORKFLOWS,
    "github-actions": sorted(GITHUB.glob("actions/*/action.yml")),
    "github-issue-forms": [GITHUB / "ISSUE_TEMPLATE" / name for name in ("bug.yml", "feature.yml")],
    "github-issue-config": [GITHUB / "ISSUE_TEMPLATE" / "config.yml"],
    "dependabot": [GITHUB / "dependabot.yml"],
}
PROGRAMS = Path(sysconfig.get_path("scripts"))


def schema_errors(schema: str, *paths: Path) -> str:
    """What check-jsonschema says against some files; nothing if they fit."""
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.{schema}", *paths]
    return output_on_failure(command)


def audit(folder: Path) -> str:
    """What zizmor finds in the workflows below a folder; nothing if they are in order."""
    options = ["--offline", "--no-progress", "--quiet", "--color=never", f"--config={GITHUB / 'zizmor.yml'}"]
    return output_on_failure([PROGRAMS / "zizmor", *options, folder])


def output_on_failure(command: list[str | Path]) -> str:
    """What a command prints if it fails."""
    result = subprocess.run(command, encoding="utf-8", stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return result.stdout if result.returncode else ""


def missing_commands(path: Path) -> list[str]:
    """The scripts and suites that the steps of a workflow name and that don't exist."""
    found = []
    for job in yaml.safe_load(path.read_text("utf-8"))["jobs"].values():
        words = [*(step.get("run", "") for step in job["steps"]), *job.get("env", {}).values()]
        names = re.findall(r"\bscripts/[\w./-]+", " ".join(words))
        found += [name for name in names if not (ROOT / name).is_file()]
    return found


@pytest.mark.parametrize("schema", SCHEMAS)
def test_the_files_of_a_kind_fit_their_schema(schema):
    assert schema_errors(schema, *SCHEMAS[schema]) == ""


def test_a_file_that_does_not_fit_its_schema_is_found(tmp_path):
    planted = tmp_path / "checks.yml"
    planted.write_text(WORKFLOWS[0].read_text("utf-8").replace("runs-on:", "runs-in:", 1), encoding="utf-8")
    assert "runs-in" in schema_errors("github-workflows", planted)


def test_the_workflows_pass_their_audit():
    assert audit(GITHUB) == ""


@pytest.mark.parametrize(
    ("pattern", "replacement", "finding"),
    [
        (r"@[0-9a-f]{40} # v(\d+)\S*", r"@v\1", "unpinned-uses"),
        (r" *permissions:( \{\}\n|\n +contents: read\n)", "", "excessive-permissions"),
        (r" *with:\n *persist-credentials: false\n", "", "artipacked"),
    ],
)
def test_a_workflow_that_is_not_safe_is_found(tmp_path, pattern, replacement, finding):
    planted = tmp_path / ".github" / "workflows" / "checks.yml"
    planted.parent.mkdir(parents=True)
    text = (GITHUB / "workflows" / "checks.yml").read_text("utf-8")
    planted.write_text(re.sub(pattern, replacement, text), encoding="utf-8")
    assert finding in audit(tmp_path)


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_every_script_that_a_workflow_runs_exists(path):
    assert missing_commands(path) == []


def test_a_script_that_does_not_exist_is_found(tmp_path):
    planted = tmp_path / "checks.yml"
    text = (GITHUB / "workflows" / "checks.yml").read_text("utf-8")
    planted.write_text(text.replace("scripts/documents.py", "scripts/docs.py"), encoding="utf-8")
    assert missing_commands(planted) == ["scripts/docs.py"]
