"""Foreign text made harmless to read: control and direction marks visible, long values cut."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any
from unicodedata import east_asian_width, normalize
from zoneinfo import ZoneInfo

from itssrules.model.messages import EMPTY, PLACEHOLDER, show

LIMIT = 200
NAMED = 5
"""Records of a group that a sentence names."""
MEMBERS = "members"
"""The evidence column that lists the records of a group; `members_total` says how many there are."""
LINES = {0x09: "→", 0x0A: "⏎", 0x0D: "␍"}
HIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\ud800-\udfff\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
"""Characters that show nothing, turn the reading direction round, or cannot be written as UTF-8."""

Part = tuple[str, bool]
"""A piece of a sentence; true where it is a value out of the data."""


def visible(text: str) -> str:
    """`text` with every hidden character replaced by a mark for it; lines and tabs stay."""
    return HIDDEN.sub(_mark, text)


def short(value: object, limit: int = LIMIT) -> str:
    """A value on one line, its hidden characters visible, cut at `limit` with an ellipsis."""
    text = str(value)
    if len(text) <= limit and text.isprintable():
        return text
    cut = visible(text[:limit]).translate(LINES)
    return f"{cut}…" if len(text) > limit else cut


def inert(text: str) -> str:
    """`text` as a cell that no spreadsheet takes for a formula: an apostrophe before what would be.

    Whatever Excel of any language reads as =, +, - or @ counts, after blanks too.
    """
    start = normalize("NFKC", text.lstrip()[:1])
    return f"'{text}" if text[:1] in ("\t", "\r") or start in ("=", "+", "-", "@") else text


def columns(text: str) -> int:
    """How many columns of a terminal `text` takes; East Asian wide characters take two."""
    return sum(2 if east_asian_width(c) in "WF" else 1 for c in text)


def fit(text: str, width: int) -> str:
    """`text` within `width` columns of a terminal, cut with an ellipsis."""
    if columns(text) <= width:
        return text
    while text and columns(text) >= width:
        text = text[:-1]
    return f"{text}…"


def shown(value: Any, form: str, lang: str, zone: ZoneInfo) -> str:
    """A value as messages show it; one that does not suit its format is shown as it is."""
    if isinstance(value, bool):
        return {"zh": ("否", "是"), "en": ("no", "yes")}[lang][value]
    value = [_plain(v) for v in value] if isinstance(value, list | tuple) else _plain(value)
    try:
        return short(show(value, form, lang, zone), 2000)
    except (ValueError, TypeError, OverflowError):
        return short(value)


def members(value: Any, total: Any, lang: str, listed: int | None = None) -> str:
    """Records of a group with their files and rows; the first `listed`, and how many there are."""
    records = value if isinstance(value, list | tuple) else []
    there = max(total, len(records)) if isinstance(total, int) else len(records)
    named = records[:listed]
    if not named:
        return EMPTY[lang] if not there else _cut(0, there, lang).strip()
    text = ("、" if lang == "zh" else ", ").join(str(_plain(m)) for m in named)
    return text + (_cut(len(named), there, lang) if len(named) < there else "")


def parts(template: str, values: Mapping[str, Any], lang: str, zone: ZoneInfo) -> list[Part]:
    """What `messages.fill` would give, in pieces, so that values can be kept apart from words."""
    pieces = PLACEHOLDER.split(template)
    found: list[Part] = []
    for at in range(0, len(pieces), 3):
        if pieces[at]:
            found.append((pieces[at], False))
        if at + 2 < len(pieces):
            name, value = pieces[at + 1], values.get(pieces[at + 1])
            if name == MEMBERS and isinstance(value, list):
                text = members(value, values.get(f"{MEMBERS}_total"), lang, NAMED)
            else:
                text = shown(value, pieces[at + 2] or "", lang, zone)
            found.append((text, True))
    return found


RTL = re.compile(
    "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
"""Letters of scripts that are written from right to left."""


def merged(pieces: Sequence[Part]) -> list[Part]:
    """A sentence in as few pieces as can be; true marks a value that turns the direction round."""
    found: list[Part] = []
    for text, is_value in pieces:
        turns = is_value and bool(RTL.search(text))
        if found and not turns and not found[-1][1]:
            found[-1] = (found[-1][0] + text, False)
        else:
            found.append((text, turns))
    return found


def bare(template: str) -> str:
    """A sentence without its values, for many records at once."""
    return PLACEHOLDER.sub("…", template).replace("….", "…")


def _plain(value: Any) -> Any:
    """A value with nothing in it that a reader could not see; structures become text."""
    if isinstance(value, Mapping):
        return _record(value)
    if isinstance(value, list | tuple):
        return short(json.dumps(value, ensure_ascii=False, default=str))
    return short(value) if isinstance(value, str) else value


def _record(value: Mapping[str, Any]) -> str:
    """`INC0001 (incident.csv:17)` for a record; any other structure as JSON."""
    if "id" not in value:
        return short(json.dumps(value, ensure_ascii=False, default=str))
    name = short(value["id"])
    if not value.get("file"):
        return name
    row = f":{short(value['row'])}" if value.get("row") is not None else ""
    return f"{name}\u00a0({short(_last(str(value['file'])))}{row})"


def _last(path: str) -> str:
    return re.split(r"[/\\]", path)[-1] or path


def _cut(listed: int, total: int, lang: str) -> str:
    return f"（{total:,} 条中的 {listed:,} 条）" if lang == "zh" else f" ({listed:,} of {total:,})"


def _mark(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < 0x20:
        return chr(0x2400 + code)
    return "␡" if code == 0x7F else f"[U+{code:04X}]"
