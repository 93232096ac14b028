"""The application identifiers that are read, one a line: GS1's facts in this project's own notation.

A line is ``AI name format notes``. Formats are those of ``formats.py``. The notes are ``fixed`` (its length is known
beforehand, so that no separator follows), ``query`` (may stand in a Digital Link's query), ``key=`` (may lead a Digital
Link's path, with the qualifiers that may follow in this order, alternatives after ``|``), ``needs=`` (one of these
combinations stands on the same label) and ``not=`` (none of these does). A range ``7030-7039`` is a line for each, and
``*`` in the name is the AI. To add an identifier, add its line.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from qc_service.exchange.codes.formats import Part

ITEM = "01,02,03,8006,8026"
ONE_THING = "00,01+21,03+21,253,255,8003,8004,8006+21,8010+8011,8017,8018"

LINES = f"""
00         sscc                  n18:mod10                 fixed query key=
01         gtin                  n14:mod10                 fixed query key=22,10,21|235 not=255,37
02         content_gtin          n14:mod10                 fixed query not=01,03 needs=37
03         made_to_order_gtin    n14:mod10                 fixed not=01,02,37,235
10         lot                   x..20                     query needs={ITEM}
11         produced_on           n6:day0                   fixed query needs={ITEM}
12         due_on                n6:day0                   fixed query needs=8020
13         packed_on             n6:day0                   fixed query needs={ITEM}
15         best_before           n6:day0                   fixed query needs={ITEM}
16         sell_by               n6:day0                   fixed query needs={ITEM}
17         expires_on            n6:day0                   fixed query needs={ITEM},255
20         variant               n2                        fixed query needs={ITEM}
21         serial                x..20                     needs=01,03,8006 not=235
22         consumer_variant      x..20                     needs=01
235        third_party_serial    x..28                     needs=01
240        additional_id         x..30                     query needs={ITEM}
241        customer_part         x..30                     query needs={ITEM}
250        second_serial         x..30                     query needs=01+21,03+21,8006+21
251        source_reference      x..30                     query needs=01,03,8006
253        gdti                  n13:mod10+x..17?          query key=
254        gln_extension         x..20                     needs=414
255        gcn                   n13:mod10+n..12?          query key= not=01,02,415,8006,8020,8026
30         variable_count        n..8                      query needs=01,02
37         count                 n..8                      query needs=00+02,00+8026
400        order_number          x..30                     query
401        ginc                  x..30:prefix              query key=
402        gsin                  n17:mod10                 query key=
403        routing_code          x..30                     query needs=00
410        ship_to               n13:mod10                 fixed query
411        bill_to               n13:mod10                 fixed query
412        purchased_from        n13:mod10                 fixed query
413        ship_for              n13:mod10                 fixed query
414        location              n13:mod10                 fixed query key=254|7040
415        pay_to                n13:mod10                 fixed query key=8020 needs=8020
416        made_at               n13:mod10                 fixed query
417        party                 n13:mod10                 fixed query key=7040
420        ship_to_post          x..20                     query not=421
421        ship_to_country_post  n3:country+x..9           query
422        origin_country        n3:country                query needs={ITEM} not=426
425        disassembly_country   n3:country+n3:country?+n3:country?+n3:country?+n3:country? query needs=01,02,03 not=426
426        process_country       n3:country                query needs=01,02,03
427        origin_subdivision    x..3                      query needs=01+422,02+422,03+422
7003       expires_at            n6:day+n4:time            query needs=01,02,03
7006       first_frozen_on       n6:day                    query needs=01,02
7007       harvested_on          n6:day+n6:day?            query needs=01,02
7008       aquatic_species       x..3                      query needs=01,02
7009       fishing_gear          x..10                     query needs=01,02
7010       production_method     x..2                      query needs=01,02,03
7011       test_by               n6:day+n4:time?           query needs=01,02,03
7020       refurbishment_lot     x..20                     query needs=01+416,03+416,8006+416
7021       functional_status     x..20                     query needs=01,03,8006
7022       revision_status       x..20                     query needs=01+7021,03+7021,8006+7021
7023       assembly_giai         x..30:prefix              query
7030-7039  processor_*           n3:processor+x..27        query needs=01,02
7040       uic_extension         n1+x1+x1+x1:index         -
710        nhrn_germany          x..20                     query needs=01
711        nhrn_france           x..20                     query needs=01
712        nhrn_spain            x..20                     query needs=01
713        nhrn_brazil           x..20                     query needs=01
714        nhrn_portugal         x..20                     query needs=01
715        nhrn_united_states    x..20                     query needs=01
716        nhrn_italy            x..20                     query needs=01
717        nhrn_*                x..20                     query needs=01
7230-7239  certification_*       x2+x..28                  query needs=01,8004
7240       protocol              x..20                     query needs=01,8006 not=03
7241       media_type            n2:media                  query needs=8017,8018
8003       grai                  n1:zero+n13:mod10+x..16?  query key=
8004       giai                  x..30:prefix              query key=7040
8006       itip                  n14:mod10+n4:piece        query key=22,10,21 not=01,03,37
8008       produced_at           n6:day+n2..6:time         query needs=01,02,03
8010       cpid                  y..30:prefix              query key=8011
8011       cpid_serial           n..12:plain               needs=8010
8012       software_version      x..20                     query needs=01,03,8006
8013       gmn                   x..25:model               query key=
8017       gsrn_provider         n18:mod10                 query key=8019 not=8018
8018       gsrn_recipient        n18:mod10                 query key=8019 not=8017
8019       service_instance      n..10                     needs=8017,8018
8020       payment_reference     x..25                     needs=415
8026       itip_content          n14:mod10+n4:piece        query needs=37 not=02,03,8006
8030       digital_signature     z..90                     query needs={ONE_THING}
8200       product_page          x..70                     needs=01
90         internal_*            x..30                     query
91-99      internal_*            x..90                     query
"""


@dataclass(frozen=True, kw_only=True)
class ApplicationIdentifier:
    """One identifier: what its value looks like, and what may or must stand with it.

    ``size`` is how many characters it has at most. ``paths`` is ``None`` unless it may lead a Digital Link's path; then
    it holds the orders of its qualifiers.
    """

    ai: str
    name: str
    parts: tuple[Part, ...]
    size: int
    fixed: bool
    query: bool
    paths: tuple[tuple[str, ...], ...] | None
    needs: tuple[frozenset[str], ...]
    excludes: frozenset[str]


def _of_line(line: str) -> Iterator[ApplicationIdentifier]:
    span, name, written, *notes = line.split()
    parts = tuple(map(Part.written, written.split("+")))
    first, _, last = span.partition("-")
    said = dict(note.partition("=")[::2] for note in notes)
    paths = said.get("key")
    for number in range(int(first), int(last or first) + 1):
        ai = str(number).zfill(len(first))
        yield ApplicationIdentifier(
            ai=ai,
            name=name.replace("*", ai),
            parts=parts,
            size=sum(part.most for part in parts),
            fixed="fixed" in said,
            query="query" in said,
            paths=None
            if paths is None
            else tuple(tuple(filter(None, one.split(","))) for one in paths.split("|")),
            needs=tuple(frozenset(one.split("+")) for one in said.get("needs", "").split(",") if one),
            excludes=frozenset(filter(None, said.get("not", "").split(","))),
        )


TABLE: Mapping[str, ApplicationIdentifier] = {
    known.ai: known for line in LINES.split("\n") if line for known in _of_line(line)
}
"""Every identifier that is read, by its digits; no one is the beginning of another."""


def beginning(text: str, place: int = 0) -> ApplicationIdentifier | None:
    """The identifier with which the text begins at this place, if it is one that is read."""
    return (
        TABLE.get(text[place : place + 2])
        or TABLE.get(text[place : place + 3])
        or TABLE.get(text[place : place + 4])
    )
