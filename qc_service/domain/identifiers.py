"""The names things go by: each is text that cannot exist malformed, so no rule ever meets a bad one."""

from __future__ import annotations

import re
from operator import mul
from typing import ClassVar, Self

from qc_service.domain.errors import Malformed


class Code(str):
    """Text that matches its grammar from the first to the last character, or does not exist."""

    __slots__ = ()
    GRAMMAR: ClassVar[re.Pattern[str]]
    EXAMPLE: ClassVar[str]

    def __new__(cls, text: str) -> Self:
        """Take the text as it is: nothing is trimmed, folded or repaired."""
        if not cls.GRAMMAR.fullmatch(text):
            raise Malformed(f"{text!r} is not a {cls.spoken()}: write it like {cls.EXAMPLE}")
        return super().__new__(cls, text)

    @classmethod
    def spoken(cls) -> str:
        """The kind's name as a person would say it: ``LotNumber`` is a "lot number"."""
        return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", cls.__name__).lower()


class LotNumber(Code):
    """A lot's number, unique in an installation, so that it can be a path and a stream."""

    GRAMMAR = re.compile(r"[A-Z0-9][A-Z0-9-]{1,18}[A-Z0-9]", re.ASCII)
    EXAMPLE = "EX261101A"


class OrganisationId(Code):
    """An organisation: manufacturer, laboratory or clinic."""

    GRAMMAR = re.compile(r"[a-z0-9][a-z0-9-]{1,38}[a-z0-9]", re.ASCII)
    EXAMPLE = "demo-biologics"


class PersonId(Code):
    """A person who acts in the service."""

    GRAMMAR = re.compile(r"[a-z0-9][a-z0-9.-]{1,38}[a-z0-9]", re.ASCII)
    EXAMPLE = "t.technician"


class FacilityId(Code):
    """A site where donations are recovered, lots are made or assays are run."""

    GRAMMAR = re.compile(r"[a-z0-9][a-z0-9-]{1,38}[a-z0-9]", re.ASCII)
    EXAMPLE = "north-cleanroom"


class ProductCode(Code):
    """A product or an in-house material (a cell bank, a bulk) with a definition of its own."""

    GRAMMAR = re.compile(r"[A-Z0-9][A-Z0-9-]{1,28}[A-Z0-9]", re.ASCII)
    EXAMPLE = "EXO-INJ-1"


class EquipmentId(Code):
    """An instrument or a piece of process equipment."""

    GRAMMAR = re.compile(r"[A-Z0-9][A-Z0-9-]{1,28}[A-Z0-9]", re.ASCII)
    EXAMPLE = "NTA-01"


class ReagentId(Code):
    """One lot of a reagent or medium, as the laboratory names it."""

    GRAMMAR = re.compile(r"[A-Z0-9][A-Z0-9-]{1,38}[A-Z0-9]", re.ASCII)
    EXAMPLE = "MEDIUM-2611"


class ShipmentId(Code):
    """One consignment from one site to one organisation."""

    GRAMMAR = re.compile(r"[A-Z0-9][A-Z0-9-]{1,28}[A-Z0-9]", re.ASCII)
    EXAMPLE = "SHP-2611-04"


class RecallId(Code):
    """One recall or market withdrawal."""

    GRAMMAR = re.compile(r"[A-Z0-9][A-Z0-9-]{1,28}[A-Z0-9]", re.ASCII)
    EXAMPLE = "RCL-2611-01"


class ReactionId(Code):
    """One reported adverse reaction."""

    GRAMMAR = re.compile(r"[A-Z0-9][A-Z0-9-]{1,28}[A-Z0-9]", re.ASCII)
    EXAMPLE = "ADR-2611-01"


class CapaId(Code):
    """One corrective and preventive action, CAPA."""

    GRAMMAR = re.compile(r"[A-Z0-9][A-Z0-9-]{1,28}[A-Z0-9]", re.ASCII)
    EXAMPLE = "CAPA-2611-01"


class StudyId(Code):
    """One stability study."""

    GRAMMAR = re.compile(r"[A-Z0-9][A-Z0-9-]{1,28}[A-Z0-9]", re.ASCII)
    EXAMPLE = "STB-2611-01"


class DonorCode(Code):
    """A pseudonym minted by the service; nothing about the donor can be read from it (21 CFR 1271.55)."""

    GRAMMAR = re.compile(r"DN-[23456789ABCDEFGHJKLMNPQRSTVWXYZ]{12}", re.ASCII)
    EXAMPLE = "DN-7K3M9QW2TX4B"


class PatientCode(Code):
    """The clinic's own pseudonym for a patient: letters and digits only, never a name, SSN or record number."""

    GRAMMAR = re.compile(r"PT-[A-Z0-9]{4,16}", re.ASCII)
    EXAMPLE = "PT-4F7K2"


class CountryCode(Code):
    """A country by its two letters (ISO 3166-1 alpha-2)."""

    GRAMMAR = re.compile(r"[A-Z]{2}", re.ASCII)
    EXAMPLE = "US"


class Sha256(Code):
    """A file or record by its SHA-256, 64 lower-case hexadecimal digits."""

    GRAMMAR = re.compile(r"[0-9a-f]{64}", re.ASCII)
    EXAMPLE = "0" * 64


class Slug(Code):
    """A short name from a vocabulary: assays, parameters, operations."""

    GRAMMAR = re.compile(r"[a-z][a-z0-9_]{0,47}", re.ASCII)
    EXAMPLE = "particle_concentration"


class Line(Code):
    """One line that a person wrote: 1 to 200 characters, no control characters, no space at either end."""

    GRAMMAR = re.compile(r"(?! )[^\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]{1,200}(?<! )")
    EXAMPLE = "one line of 1 to 200 characters without a space at either end"


class Text(Code):
    """What a person wrote: 1 to 4,000 characters, line breaks allowed, other control characters not."""

    GRAMMAR = re.compile(r"(?!\s)[^\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff]{1,4000}(?<!\s)")
    EXAMPLE = "1 to 4,000 characters of text"


class Gs1Number(Code):
    """Digits whose last one checks the others (GS1 General Specifications 7.9.1: weights 3,1 from the right)."""

    def __new__(cls, text: str) -> Self:
        """Refuse a number whose check digit does not fit: a digit was mistyped."""
        number = super().__new__(cls, text)
        weighted = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(reversed(number)))
        if weighted % 10:
            raise Malformed(
                f"{text!r} is not a {cls.spoken()}: its check digit does not fit, so a digit is wrong"
            )
        return number


class Gtin(Gs1Number):
    """A trade item by its GTIN with 14 digits."""

    GRAMMAR = re.compile(r"\d{14}", re.ASCII)
    EXAMPLE = "09506000134352"


class Gln(Gs1Number):
    """An organisation or a place by its global location number with 13 digits."""

    GRAMMAR = re.compile(r"\d{13}", re.ASCII)
    EXAMPLE = "9506000140445"


class Sscc(Gs1Number):
    """A carton or pallet by its serial shipping container code with 18 digits."""

    GRAMMAR = re.compile(r"\d{18}", re.ASCII)
    EXAMPLE = "095060001343520017"


_CHECK_CHARACTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ*"
_CHECK_VALUES = {character: value for value, character in enumerate(_CHECK_CHARACTERS)}


def checksum_37_2(text: str) -> int:
    """The checksum of digits and capitals, 0 to 36 (ISO/IEC 7064 mod 37-2): 10 for ``G123417654321``."""
    total = 0
    for character in text:
        total = (total + _CHECK_VALUES[character]) * 2
    return (38 - total) % 37


class Din(Code):
    """A donation identification number, 13 characters (ISBT 128 Standard, data structure 001, without flags)."""

    GRAMMAR = re.compile(r"[A-NP-Z1-9][A-NP-Z0-9]{2}\d{2}\d{2}\d{6}", re.ASCII)
    EXAMPLE = "A999026000001"

    @property
    def checksum(self) -> int:
        """The number's checksum, 0 to 36 (ISO/IEC 7064 mod 37-2)."""
        return checksum_37_2(self)

    @property
    def check_character(self) -> str:
        """The keyboard check character, which is the checksum as one character; ``G123417654321`` has ``A``."""
        return _CHECK_CHARACTERS[self.checksum]


class VialSerial(Code):
    """A vial's serial: eleven random characters and a check character, from 31 that nobody confuses.

    Eleven characters of 31 are 54 bits, so serials cannot be enumerated. The check character is the weighted sum
    of the values modulo 31, a prime, so any one wrong character and any two neighbours swapped are caught; it is
    never used to repair (EU FMD practice: a serial is compared, not guessed).
    """

    ALPHABET: ClassVar[str] = "23456789ABCDEFGHJKLMNPQRSTVWXYZ"
    GRAMMAR = re.compile(rf"[{ALPHABET}]{{12}}", re.ASCII)
    EXAMPLE = "7K3M9QW2TX49"

    def __new__(cls, text: str) -> Self:
        """Refuse a serial whose check character does not fit."""
        serial = super().__new__(cls, text)
        if cls._check(serial[:-1]) != serial[-1]:
            raise Malformed(f"{text!r} is not a vial serial: its check character does not fit; read it again")
        return serial

    @classmethod
    def _check(cls, payload: str) -> str:
        weighted = sum(map(mul, range(2, 13), map(cls.ALPHABET.index, payload)))
        return cls.ALPHABET[weighted % 31]

    @classmethod
    def minted(cls, random: bytes) -> Self:
        """Mint a serial from 16 random bytes (the residue modulo 31**11 is biased by less than 2**-73)."""
        number = int.from_bytes(random, "big") % 31**11
        characters = []
        for _ in range(11):
            number, place = divmod(number, 31)
            characters.append(cls.ALPHABET[place])
        payload = "".join(characters)
        return cls(payload + cls._check(payload))

    @property
    def grouped(self) -> str:
        """As printed for a person: ``7K3M-9QW2-TX49``."""
        return "-".join(self[start : start + 4] for start in (0, 4, 8))
