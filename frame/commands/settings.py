"""`wakeframe settings`: every key, its value, and where it comes from; also as the manual's page."""

from __future__ import annotations

import shutil
import textwrap

from frame.settings import Key, kind, owner_file, plain, read
from frame.settings.read import PREFIX, SYSTEM_FILE

_PAGE = """\
# Settings

Every key is optional: the file of the owner holds only what differs from the defaults. A key or a value
that cannot be used is reported and skipped; nothing that is written here keeps the frame from starting.

Read in this order, later ones win:

1. the defaults
2. `{system}`
3. `$XDG_CONFIG_HOME/wakeframe/settings.toml` (`~/.config/wakeframe/settings.toml`)
4. environment variables: `{prefix}STILL_SECONDS=20`, `{prefix}NIGHT="22:30-07:00"` (parts of a list
   are separated by `;`)
5. what is typed: `wakeframe run --help`

`wakeframe settings` prints what is in effect, and where it comes from. A change takes effect within a
second or two, while the picture goes on; another `library` does when the frame is started again.

```toml
# ~/.config/wakeframe/settings.toml
still_seconds = 45
night = ["mo-fr 22:30-07:00", "sa, su 23:30-09:00"]
```

| key | default | may be | |
|---|---|---|---|
{rows}

This page is made by `wakeframe settings --markdown`.
"""


def markdown() -> str:
    """The page ``docs/settings.md``."""
    from frame.settings import keys

    rows = "\n".join(
        f"| `{key.name}` | `{shown(key.default)}` | {_kind(key)} | {key.about.sentence} |"
        for key in keys()
    )
    return _PAGE.format(system=SYSTEM_FILE, prefix=PREFIX, rows=rows)


def table() -> str:
    """What is in effect, for a terminal."""
    from frame.settings import keys

    reading = read()
    width = max(40, shutil.get_terminal_size().columns - 1)
    lines = [f"{problem}" for problem in reading.problems]
    lines += [""] if lines else []
    for key in keys():
        source = reading.sources.get(key.name, "default")
        lines.append(f"{key.name} = {shown(getattr(reading.settings, key.name))}  ({source})")
        about = f"{key.about.sentence} {kind(key)[0].upper()}{kind(key)[1:]}."
        lines += textwrap.wrap(about, width, initial_indent="    ", subsequent_indent="    ")
    lines.append(f"\nChanges go into {owner_file()}.")
    return "\n".join(lines) + "\n"


def shown(value: object) -> str:
    """A value as TOML has it."""
    found = plain(value)
    if isinstance(found, bool):
        return str(found).lower()
    if isinstance(found, list):
        return "[" + ", ".join(f'"{each}"' for each in found) + "]"
    if isinstance(found, float):
        return f"{found:g}"
    return f'"{found}"' if isinstance(found, str) else str(found)


def _kind(key: Key) -> str:
    return kind(key).replace('" or "', '", "').replace('"', "`")
