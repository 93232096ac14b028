"""From bytes to text: the gate that keeps out what is empty, too large, binary or wrongly encoded."""

from qc_service.exchange.instruments.reading import UnreadableFile

MAX_FILE_BYTES = 20 * 1024 * 1024

_UTF16_MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_NOTHING = "The file holds nothing. Export the measurement again."
_SPREADSHEET_MARKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_CONTROL = bytes(code for code in range(32) if code not in b"\t\n\r\f") + b"\x7f"
# ZetaView writes a NUL after the µ of "µm/s" in its profile files, some two in a thousand bytes.
_CONTROL_ALLOWED_PER_MILLE = 10


def text_of(content: bytes) -> str:
    """The file as text with LF line ends, without byte order mark or NUL.

    UTF-16 where a mark or every other byte says so, else UTF-8; a line that is not valid UTF-8 is read as
    Windows-1252 or Latin-1, the encodings these instruments use. Raises UnreadableFile with ``empty``,
    ``too_large``, ``binary`` or ``wrong_encoding``.
    """
    if len(content) > MAX_FILE_BYTES:
        raise UnreadableFile(
            "too_large",
            f"The file has {len(content)} bytes and {MAX_FILE_BYTES} is the most that is read. "
            "Send the summary the instrument exports, not the video or the track file.",
        )
    if not content.strip(b"\xef\xbb\xbf\0 \t\r\n\f"):
        raise UnreadableFile("empty", _NOTHING)
    text = _wide_text(content)
    if text is None:
        _refuse_other_than_text(content)
        text = _narrow_text(content)
    return text.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n")


def _narrow_text(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        lines = content.removeprefix(b"\xef\xbb\xbf").split(b"\n")
        return "\n".join(_line_text(line) for line in lines)


def _line_text(line: bytes) -> str:
    """A line of a file in which several encodings may have met."""
    for encoding in ("utf-8", "cp1252"):
        try:
            return line.decode(encoding)
        except UnicodeDecodeError:
            continue
    return line.decode("latin-1")


def _wide_text(content: bytes) -> str | None:
    """The text of a file in UTF-16, as a spreadsheet's "Unicode text" is; None for any other file."""
    encoding = next((name for mark, name in _UTF16_MARKS.items() if content.startswith(mark)), None)
    encoding = encoding or _looks_utf16(content)
    if encoding is None:
        return None
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        raise UnreadableFile(
            "wrong_encoding",
            "The file begins as UTF-16 and breaks off or is damaged. Save it as CSV in UTF-8.",
        ) from None
    _refuse_other_than_text(text.encode())
    if not text.strip("\ufeff\0 \t\r\n\f"):
        raise UnreadableFile("empty", _NOTHING)
    return text.removeprefix("\ufeff")


def _refuse_other_than_text(content: bytes) -> None:
    """Raise for bytes that are no text at all."""
    controls = len(content) - len(content.translate(None, _CONTROL))
    if content.startswith(_SPREADSHEET_MARKS) or controls * 1000 > len(content) * _CONTROL_ALLOWED_PER_MILLE:
        raise UnreadableFile(
            "binary",
            "The file is binary (a workbook, picture, video or archive), not the instrument's text export. "
            "Export the summary as CSV or TXT and send that file.",
        )


def _looks_utf16(content: bytes) -> str | None:
    """Which UTF-16 without a mark this is, where every other byte at the start is NUL and no other is."""
    start = content[:200]
    half = len(start) // 2
    high, low = start[::2].count(0), start[1::2].count(0)
    if half < 2 or {high, low} != {0, half}:
        return None
    return "utf-16-be" if high else "utf-16-le"
