"""Just enough DER (X.690) to write and inspect a key container: definite lengths, one-byte tags."""

from .shape import Malformed

INTEGER = 0x02
OCTETS = 0x04
NULL = 0x05
OID = 0x06
SEQUENCE = 0x30

Element = tuple[int, bytes]


def encode(tag: int, content: bytes) -> bytes:
    """One element: its tag, its length in the shortest form, its content."""
    if len(content) < 0x80:
        return bytes([tag, len(content)]) + content
    length = len(content).to_bytes(-(-len(content).bit_length() // 8))
    return bytes([tag, 0x80 | len(length)]) + length + content


def sequence(*elements: bytes) -> bytes:
    """A SEQUENCE of elements that are encoded already."""
    return encode(SEQUENCE, b"".join(elements))


def integer(value: int) -> bytes:
    """An INTEGER that is not negative."""
    return encode(INTEGER, value.to_bytes(value.bit_length() // 8 + 1))


def elements(content: bytes) -> list[Element]:
    """The elements that follow one another in `content`; `Malformed` unless DER and used up."""
    found, at = [], 0
    while at < len(content):
        length, start = _length(content, at + 1)
        element = content[start : start + length]
        if content[at : start + length] != encode(content[at], element):
            raise Malformed("not DER")
        found.append((content[at], element))
        at = start + length
    return found


def inside(element: Element, tag: int) -> bytes:
    """The content of an element that must have `tag`."""
    if element[0] != tag:
        raise Malformed(f"expected DER tag {tag:#04x}, not {element[0]:#04x}")
    return element[1]


def number(element: Element) -> int:
    """The value of an INTEGER."""
    return int.from_bytes(inside(element, INTEGER), signed=True)


def _length(content: bytes, at: int) -> tuple[int, int]:
    """The length written at `at` and where the content begins; `elements` checks it by writing it again."""
    first = int.from_bytes(content[at : at + 1])
    if first < 0x80:
        return first, at + 1
    start = at + 1 + (first & 0x7F)
    return int.from_bytes(content[at + 1 : start]), start
