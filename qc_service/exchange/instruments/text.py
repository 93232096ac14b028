"""From bytes to text: the gate that keeps out what is empty, too large, binary or wrongly encoded."""

from qc_service.exchange.instruments.reading import UnreadableFile

MAX_FILE_BYTES = 20 * 1024 * 1024

_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_SPREADSHEET_MARKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_CONTROL = bytes(code for code in range(32) if code not in b"\t\n\r\f") + b"\x7f"
# ZetaView writes a NUL after the µ of "µm/s" in its profile files, some two in a thousand bytes.
_CONTROL_ALLOWED_PER_MILLE = 10


def text_of(content: bytes) -> str:
    """The file as text with LF line ends, without byte order mark or NUL.

    UTF-8 where the bytes are valid UTF-8, otherwise Latin-1, the encoding these instruments use. Raises
    UnreadableFile with ``empty``, ``too_large``, ``binary`` or ``wrong_encoding``.
    """
    if len(content) > MAX_FILE_BYTES:
        raise UnreadableFile(
            "too_large",
            f"The file has {len(content)} bytes and {MAX_FILE_BYTES} is the most that is read. "
            "Send the summary the instrument exports, not the video or the track file.",
        )
    if not content.strip(b"\xef\xbb\xbf\0 \t\r\n\f"):
        raise UnreadableFile("empty", "The file holds nothing. Export the measurement again.")
    _refuse_other_than_text(content)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("latin-1")
    return text.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n")


def _refuse_other_than_text(content: bytes) -> None:
    """Raise for UTF-16 and for bytes that are no text at all."""
    if content.startswith(_UTF16_MARKS) or _looks_utf16(content):
        raise UnreadableFile(
            "wrong_encoding",
            'The file is UTF-16 text, as a spreadsheet\'s "Unicode text" is. '
            "Send the instrument's own export, or save it as CSV or plain text in UTF-8.",
        )
    controls = len(content) - len(content.translate(None, _CONTROL))
    if content.startswith(_SPREADSHEET_MARKS) or controls * 1000 > len(content) * _CONTROL_ALLOWED_PER_MILLE:
        raise UnreadableFile(
            "binary",
            "The file is binary (a workbook, picture, video or archive), not the instrument's text export. "
            "Export the summary as CSV or TXT and send that file.",
        )


def _looks_utf16(content: bytes) -> bool:
    """Whether every other byte at the start is NUL, as in UTF-16 without a byte order mark."""
    start = content[:200]
    half = len(start) // 2
    return half > 1 and half in (start[::2].count(0), start[1::2].count(0))
