"""Foreign text made harmless to read: control and direction marks visible, long values cut."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from itssrules.model.messages import PLACEHOLDER, show

LIMIT = 200
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
    cut = visible(text[:limit]).translate(LINES)
    return f"{cut}…" if len(text) > limit else cut


def shown(value: Any, form: str, lang: str, zone: ZoneInfo) -> str:
    """A value as messages show it; one that does not suit its format is shown as it is."""
    if isinstance(value, bool):
        return {"zh": ("否", "是"), "en": ("no", "yes")}[lang][value]
    if isinstance(value, str):
        value = short(value)
    elif isinstance(value, list | tuple):
        value = [short(v) if isinstance(v, str) else v for v in value]
    try:
        return short(show(value, form, lang, zone), 2000)
    except (ValueError, TypeError, OverflowError):
        return short(value)


def parts(template: str, values: Mapping[str, Any], lang: str, zone: ZoneInfo) -> list[Part]:
    """What `messages.fill` would give, in pieces, so that values can be kept apart from words."""
    pieces = PLACEHOLDER.split(template)
    found: list[Part] = []
    for at in range(0, len(pieces), 3):
        if pieces[at]:
            found.append((pieces[at], False))
        if at + 2 < len(pieces):
            value = values.get(pieces[at + 1])
            found.append((shown(value, pieces[at + 2] or "", lang, zone), True))
    return found


def bare(template: str) -> str:
    """A sentence without its values, for many records at once."""
    return PLACEHOLDER.sub("…", template).replace("….", "…")


def _mark(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < 0x20:
        return chr(0x2400 + code)
    return "␡" if code == 0x7F else f"[U+{code:04X}]"
