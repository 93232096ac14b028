"""Base45 (RFC 9285): bytes in the 45 characters that a QR code holds in five and a half bits each.

``AB`` is ``BB8``: two bytes are a number below 65,536, written as three digits to the base of 45, the lowest first;
a last single byte is two digits.
"""

from __future__ import annotations

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_VALUES = {character: value for value, character in enumerate(ALPHABET)}


def to45(octets: bytes) -> str:
    """The one spelling of these bytes."""
    written = []
    for start in range(0, len(octets), 2):
        pair = octets[start : start + 2]
        number = int.from_bytes(pair, "big")
        for _ in range(len(pair) + 1):
            number, digit = divmod(number, 45)
            written.append(ALPHABET[digit])
    return "".join(written)


def from45(text: str) -> bytes:
    """The bytes that the text spells. Raises ``ValueError`` for a foreign character and for a group that is no bytes.

    Since a group that stands for too large a number is refused, no two texts spell the same bytes.
    """
    read = bytearray()
    for start in range(0, len(text), 3):
        group = text[start : start + 3]
        number = sum(_VALUES.get(character, 45**3) * 45**place for place, character in enumerate(group))
        if number >= 256 ** (len(group) - 1) or len(group) == 1:
            raise ValueError(f"at character {start + 1}, {group!a} is not base45")
        read += number.to_bytes(len(group) - 1, "big")
    return bytes(read)
