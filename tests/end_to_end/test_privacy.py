"""No prompt, no answer and no API key is in any file that the meter or the lab leaves behind."""

from __future__ import annotations

import json
from pathlib import Path

from end_to_end.conftest import MakeLab

WORD = "kanarienvogel-71f3"
KEY = "sk-canary-5b0e9d2c"
CELLS = f"""
import openai
client = openai.OpenAI(max_retries=0)
asked = dict(model="gpt-4o-mini", messages=[{{"role": "user", "content": "{WORD}"}}])
print(client.chat.completions.create(**asked).choices[0].message.content)
for chunk in client.chat.completions.create(**asked, stream=True): pass
broken = client.chat.completions.create(**asked, stream=True)
for _ in range(9): next(broken)
broken.close()
try:
    client.chat.completions.create(**{{**asked, "model": "no-such-model"}})
except openai.NotFoundError:
    pass
"""


def test_no_file_holds_the_prompt_the_answer_or_the_key(make_lab: MakeLab, standin: dict[str, str]) -> None:
    lab = make_lab({**standin, "OPENAI_API_KEY": KEY})
    with lab.kernel("canary.ipynb") as kernel:
        answer = kernel.run(CELLS)
        lab.wait_for_calls(4)
        found = _holding(lab.folder, WORD, KEY, _first_words(answer))
    lab.stop()
    assert found == []
    assert _holding(lab.folder, WORD, KEY, _first_words(answer)) == []


def test_no_answer_of_the_meter_holds_the_prompt_the_answer_or_the_key(
    make_lab: MakeLab, standin: dict[str, str]
) -> None:
    lab = make_lab({**standin, "OPENAI_API_KEY": KEY})
    with lab.kernel("canary.ipynb") as kernel:
        answer = kernel.run(CELLS)
        lab.wait_for_calls(4)
    said = json.dumps([lab.calls(), lab.get("llm-meter/api/v1/standing")])
    assert not [word for word in (WORD, KEY, _first_words(answer)) if word in said]


def test_only_the_user_can_read_the_meters_files(make_lab: MakeLab, standin: dict[str, str]) -> None:
    lab = make_lab(standin)
    with lab.kernel() as kernel:
        kernel.run(CELLS)
        lab.wait_for_calls(4)
        private = Path(lab.environment["JUPYTER_DATA_DIR"]) / "llm-meter"
        assert private.stat().st_mode & 0o777 == 0o700
        files = [file for file in private.rglob("*") if file.is_file()]
        assert {file.parent.name for file in files} >= {"llm-meter", "services", "spool", "kernels"}
        assert [str(file) for file in files if file.stat().st_mode & 0o077] == []


def _first_words(answer: str) -> str:
    words = " ".join(answer.split()[:6])
    assert len(words) > 10
    return words


def _holding(folder: Path, *words: str) -> list[str]:
    """Files that hold one of the words; IPython's own history of cells is the kernel's, not the meter's."""
    files = [file for file in folder.rglob("*") if file.is_file() and "ipython" not in file.parts]
    assert len(files) > 3
    return [str(file) for file in files if any(word.encode() in file.read_bytes() for word in words)]
