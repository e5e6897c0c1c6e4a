"""Price files of an administrator, for tests."""

import json

ENTRY = {
    "provider": "alibaba",
    "model": "qwen-max",
    "since": "2026-01-01",
    "source": "contract",
    "input_mtok": "2",
    "output_mtok": "6",
}


def write_price_table(folder, *entries, **lists):
    """Write a price file and return its path.

    Args:
        folder: Where to.
        entries: The entries of the list of prices.
        lists: The other lists, by name.
    """
    path = folder / "prices.toml"
    path.write_text(
        "".join(_toml(name, each) for name, each in {"prices": entries, **lists}.items()), "utf-8"
    )
    return path


def _toml(name, entries):
    """One list: texts and numbers are written in TOML as in JSON."""
    lines = [] if entries else [f"{name} = []"]
    for entry in entries:
        lines.append(f"[[{name}]]")
        lines += [f"{key} = {json.dumps(value)}" for key, value in entry.items()]
    return "\n".join([*lines, ""])
