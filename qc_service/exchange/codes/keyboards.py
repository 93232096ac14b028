"""Keyboards of other countries: what a scanner that is set to a US keyboard types on a computer that is not.

A scanner presses keys. Each layout below says what the keys of a US keyboard, from the top left to the bottom right and
then the same with Shift, write there; a dead key joins the next letter as an accent, so that ``=A`` becomes ``Á``.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

US = "`1234567890-=qwertyuiop[]\\asdfghjkl;'zxcvbnm,./~!@#$%^&*()_+QWERTYUIOP{}|ASDFGHJKL:\"ZXCVBNM<>?"
_MARKS = {"´": "\u0301", "`": "\u0300", "^": "\u0302", "¨": "\u0308", "~": "\u0303"}


@dataclass(frozen=True, kw_only=True)
class Keyboard:
    """One layout: what it is called, what the keys write, and which of them are dead."""

    name: str
    keys: str
    dead: str = ""

    def pressed(self, text: str) -> str:
        """The text that the same keys write on a US keyboard."""
        back = dict(zip(self.keys, US, strict=True))
        accents = {_MARKS[key]: back[key] for key in self.dead}
        return "".join(_pressed(character, back, accents) for character in text)


def _pressed(character: str, back: dict[str, str], accents: dict[str, str]) -> str:
    if character in back:
        return back[character]
    apart = unicodedata.normalize("NFD", character)
    base, mark = apart[:1], apart[1:]
    return accents[mark] + back.get(base, base) if mark in accents else character


KEYBOARDS = (
    Keyboard(
        name="German",
        keys="^1234567890ß´qwertzuiopü+#asdfghjklöäyxcvbnm,.-°!\"§$%&/()=?`QWERTZUIOPÜ*'ASDFGHJKLÖÄYXCVBNM;:_",
        dead="^´`",
    ),
    Keyboard(
        name="French",
        keys="²&é\"'(-è_çà)=azertyuiop^$*qsdfghjklmùwxcvbn,;:!~1234567890°+AZERTYUIOP¨£µQSDFGHJKLM%WXCVBN?./§",
        dead="^¨",
    ),
    Keyboard(
        name="Spanish",
        keys="º1234567890'¡qwertyuiop`+çasdfghjklñ´zxcvbnm,.-ª!\"·$%&/()=?¿QWERTYUIOP^*ÇASDFGHJKLÑ¨ZXCVBNM;:_",
        dead="`´^¨",
    ),
    Keyboard(
        name="Italian",
        keys="\\1234567890'ìqwertyuiopè+ùasdfghjklòàzxcvbnm,.-|!\"£$%&/()=?^QWERTYUIOPé*§ASDFGHJKLç°ZXCVBNM;:_",
    ),
    Keyboard(
        name="US-International",
        keys="`1234567890-=qwertyuiop[]\\asdfghjkl;´zxcvbnm,./~!@#$%^&*()_+QWERTYUIOP{}|ASDFGHJKL:¨ZXCVBNM<>?",
        dead="`´^¨~",
    ),
)


def as_pressed(text: str) -> Iterator[tuple[str, str]]:
    """For each layout under which the text would have been another on a US keyboard: its name, and that text."""
    for keyboard in KEYBOARDS:
        meant = keyboard.pressed(text)
        if meant != text:
            yield keyboard.name, meant
