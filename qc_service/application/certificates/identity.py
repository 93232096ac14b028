"""The parts of a certificate that say what the lot is, where it comes from and how it was made."""

from __future__ import annotations

from collections.abc import Iterator

from qc_service.application.certificates.source import Source, on, value, when
from qc_service.domain.donations import Donation, DonationStanding
from qc_service.domain.lots import LOT, Lot
from qc_service.domain.products import PRODUCT, StorageCondition
from qc_service.domain.vocabulary import LotKind
from qc_service.domain.wording import day, words
from qc_service.exchange.certificates.contents import Block, Facts, Pair, Section, Table, columns

UNCOVERED = "Nothing on record covered this step that day."
_SCREENING = {
    DonationStanding.ELIGIBLE: "passed",
    DonationStanding.INELIGIBLE: "not passed",
    DonationStanding.INCOMPLETE: "not finished",
    DonationStanding.QUARANTINED: "not finished",
}


def product_and_lot(source: Source) -> Section:
    """What it is, how much is in a vial, how it keeps and until when."""
    return Section(title="Product and lot", blocks=(Facts(facts=tuple(_facts(source))),))


def _facts(source: Source) -> Iterator[Pair]:
    product, lot, fill = source.product, source.lot, source.lot.filling.fill
    yield "Product", f"{product.name} ({product.code})"
    yield "Lot", f"{lot.number} ({words(lot.kind).lower()})"
    if product.gtin:
        yield "GTIN", str(product.gtin)
    yield "Source tissue", ", ".join(words(one) for one in product.source_tissues)
    yield "Dose form", words(product.dose_form)
    if lot.kind is LotKind.FINISHED:
        yield "Routes that the product allows", ", ".join(words(one) for one in product.routes_allowed)
    steps = sorted(lot.processing.steps, key=lambda step: step.started_at.instant)
    yield "Manufactured", day(steps[0].started_at) if steps else on(lot.registered_at.date())
    if fill is None:
        yield "Quantity", value(f"{lot.quantity.amount} {lot.quantity.unit}")
    else:
        yield "Filled", f"{day(fill.filled_at)}, {source.site_name(fill.facility)}"
        yield "Expires (last day of use)", on(fill.expires_on)
        yield "In each vial", _contents(source)
        yield "Container", str(fill.container)
        yield "Vials put into stock", str(fill.counts.stock)
    yield "Storage", "; or ".join(_kept(way) for way in (fill.storage if fill else product.storage))
    yield "Manufacturer", str(source.maker.name)
    if source.maker.quality_phone:
        yield "Manufacturer's quality unit", str(source.maker.quality_phone)


def _contents(source: Source) -> str:
    fill = source.lot.filling.fill
    assert fill is not None  # noqa: S101  its caller has looked
    doses = source.product.doses_per_vial
    parts = [f"{fill.fill_volume.amount} {fill.fill_volume.unit}"]
    if fill.particles_per_vial is not None:
        parts.append(f"{value(str(fill.particles_per_vial))} particles")
    if doses > 1:
        parts.append(f"{doses} doses")
    return ", ".join(parts)


def _kept(way: StorageCondition) -> str:
    low, high = (value(f"{degrees:f}") for degrees in (way.min, way.max))
    return f"{low} to {high} °C, up to {way.shelf_life_days} days"


def sources(source: Source) -> Section:
    """The donations and the lots that it comes from; what else is known of a donor is not a certificate's to tell."""
    blocks: list[Block] = [Table(
        columns=columns(
            {"Donation": 20, "Tissue": 20, "Collected": 24, "Donor screening": 18, "Determined by": 34},
            strong="Donor screening",
        ),
        rows=tuple(_donation(one) for one in source.donations),
    )]  # fmt: skip
    parents = tuple(
        _parent(source, source.view.get(LOT, one.lot), f"{one.amount} {one.unit}")
        for one in source.lot.parents
    )
    if parents:
        blocks.append(Table(
            columns=columns({
                "Made from lot": 24, "Product": 40, "Went into this lot": 24, "Released for further processing": 34,
            }),
            rows=parents,
        ))  # fmt: skip
    added = tuple(
        (str(one.name), words(one.kind), value(f"{one.amount} {one.unit}"), str(one.reagent or "–"))
        for one in source.lot.additives
    )
    if added:
        names = ("Added", "Kind", "Amount", "Reagent lot")
        blocks.append(Table(columns=columns(dict.fromkeys(names, 25)), rows=added))
    return Section(title="Where it comes from", blocks=tuple(blocks))


def _donation(donation: Donation) -> tuple[str, ...]:
    determined = ""
    if donation.standing is DonationStanding.ELIGIBLE and donation.eligibility is not None:
        determined = f"{donation.eligibility.by.printed_name}, {when(donation.eligibility.at)}"
    collected = f"{day(donation.collected_at)}, {donation.country}"
    return (
        str(donation.din),
        words(donation.tissue),
        collected,
        _SCREENING[donation.standing],
        determined or "–",
    )


def _parent(source: Source, lot: Lot, amount: str) -> tuple[str, ...]:
    product = source.view.get(PRODUCT, lot.product)
    releases = [f"{one.signer.printed_name}, {when(one.at)}" for one in lot.disposition.releases]
    return (
        str(lot.number),
        f"{product.name} ({words(lot.kind).lower()})",
        value(amount),
        releases[0] if releases else "–",
    )


def making(source: Source) -> Section:
    """Every step of the lot and of those it was made from, with what covered its site that day."""
    rows = tuple(
        (
            str(lot.number), words(step.kind), day(step.started_at),
            f"{source.site_name(step.facility)}\n{step.certification.in_words if step.certification else UNCOVERED}",
            f"{step.procedure.id} {step.procedure.version}",
        )
        for lot in source.chain
        for step in lot.processing.steps
    )  # fmt: skip
    headings = columns(
        {"Lot": 18, "Step": 20, "Performed": 19, "Where, and what covered it that day": 43, "Procedure": 24}
    )
    return Section(title="How it was made", blocks=(Table(columns=headings, rows=rows),))
