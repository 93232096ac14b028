"""The parts of a certificate that say what was measured: against which limits, by whom, how, and where."""

from __future__ import annotations

from collections.abc import Iterator

from qc_service.application.certificates.source import Source, on, value, when
from qc_service.domain.assessment import Assessment, CriterionJudged, Outcome
from qc_service.domain.facilities import Facility
from qc_service.domain.processing import Cover
from qc_service.domain.results import Result
from qc_service.domain.wording import day, words
from qc_service.exchange.certificates.contents import Section, Sentence, Table, columns

_OUTCOMES = {
    Outcome.PASS: "Passes",
    Outcome.FAIL: "FAILS",
    Outcome.MISSING: "NOT MEASURED",
    Outcome.UNVERIFIED: "NOT VERIFIED",
    Outcome.TOO_FEW_REPLICATES: "TOO FEW REPLICATES",
    Outcome.SPREAD_TOO_WIDE: "REPLICATES DISAGREE",
    Outcome.OTHER_METHOD: "OTHER METHOD",
}
_COMPARED = (
    "Limits are those that were frozen into the lot's records when quality assessed it. A value was rounded as its "
    "test says and only then compared (USP General Notices 7.20); the column As compared has it so."
)
_SIGNED = (
    "Whoever recorded a result signed it as its author, and whoever compared it with its raw record, as reviewer. "
    "A result that was shown invalid stays in this list, with the reason."
)


def against_limits(source: Source, assessment: Assessment) -> Section:
    """Each test with its result as stated and as compared, its limit and its outcome."""
    headings = columns(
        {"Test": 36, "Result as stated": 30, "As compared": 22, "Limit": 34, "Outcome": 22}, strong="Outcome"
    )
    stated = assessment.stated
    met = (
        "every required test has a verified result that passes"
        if stated.passed
        else "not every required test passes"
    )
    said = (
        f"Specification {stated.specification} of {stated.product}, in force from {on(stated.effective_from)}. "
        f"Assessed by {assessment.signer.printed_name} on {when(assessment.at)}: {met}."
    )
    rows = tuple(_judged(source, one) for one in assessment.judgements)
    blocks = (Sentence(text=said), Table(columns=headings, rows=rows), Sentence(text=_COMPARED))
    return Section(title="Results against their limits", blocks=blocks)


def _judged(source: Source, judged: CriterionJudged) -> tuple[str, ...]:
    criterion = judged.criterion
    required = "Required" if criterion.required else "For information"
    terms = criterion.terms_in_words
    result = "None" if judged.result is None else f"{_stated(judged)}\n{_behind(source, judged.result)}"
    compared = "–" if judged.compared is None else value(str(judged.compared))
    outcome = _OUTCOMES[judged.outcome]
    if not criterion.required and judged.outcome is Outcome.MISSING:
        outcome = "Not measured"
    basis = f"\n{criterion.basis}" if criterion.basis else ""
    return (
        f"{words(criterion.assay)}\n{required}; {value(terms)}", result, compared,
        f"{value(criterion.in_words)}{basis}", outcome,
    )  # fmt: skip


def _stated(judged: CriterionJudged) -> str:
    """The result in the unit of its limit, and how it was converted where the laboratory put it in another."""
    if judged.entered is None:
        return value(judged.in_words)
    return f"{value(str(judged.entered))}\n= {value(judged.in_words)} ({value(str(judged.how))})"


def _behind(source: Source, number: int) -> str:
    count = len(source.lot.quality.result(number).recorded.replicates)
    return f"Result {number}" + (f", of {count} replicates" if count else "")


def every_result(source: Source, assessment: Assessment) -> Section:
    """Every result that was ever recorded of the lot, those that were shown invalid with their investigation."""
    headings = columns(
        {
            "No.": 7,
            "Test and result": 38,
            "Method": 25,
            "Where and with what": 33,
            "Analysed and verified": 39,
            "Standing": 26,
        },
        strong="Standing",
    )
    deciding = {one.result for one in assessment.judgements}
    judged: set[object] = {one.criterion.assay for one in assessment.judgements}
    rows = tuple(_result(source, one, deciding, judged) for one in source.lot.quality.results)
    return Section(
        title="Every result on record", blocks=(Table(columns=headings, rows=rows), Sentence(text=_SIGNED))
    )


def _result(
    source: Source, result: Result, deciding: set[int | None], judged: set[object]
) -> tuple[str, ...]:
    stated = result.recorded
    replicates = "; ".join(f"{one.label}: {value(str(one.value))}" for one in stated.replicates)
    what = [f"{words(stated.assay)}: {value(stated.in_words)}", replicates]
    linked = (("Retest of", stated.retests), ("Resample of", stated.resamples), ("Corrects", stated.corrects))
    what += [f"{how} result {other}" for how, other in linked if other is not None]
    if stated.dilution is not None:
        read = stated.dilution.measured
        as_read = "" if read is None else f", read as {value(str(read))}"
        what.append(f"Diluted {value(str(stated.dilution.factor))}-fold{as_read}")
    where = [source.site_name(stated.facility)]
    if stated.instrument is not None:
        due = (
            f", calibrated until {on(result.recorded.calibration_due)}"
            if result.recorded.calibration_due
            else ""
        )
        where.append(f"{stated.instrument}{due}")
    who = [f"Read {day(stated.read)}", f"{result.analyst.printed_name} (author)\n{when(result.recorded_at)}"]
    if result.verified_by is not None and result.verified_at is not None:
        who.append(f"{result.verified_by.printed_name} (review)\n{when(result.verified_at)}")
    return (
        str(result.number), "\n".join(filter(None, what)), f"{stated.method}\nversion {stated.method_version}",
        "\n".join(where), "\n".join(who), _standing(result, deciding, judged),
    )  # fmt: skip


def _standing(result: Result, deciding: set[int | None], judged: set[object]) -> str:
    if result.invalidated is not None:
        return f"Shown invalid\nInvestigation {result.invalidated.investigation}: {result.invalidated.cause}"
    if result.superseded_by is not None:
        return f"Corrected\nResult {result.superseded_by} stands in its place"
    if not result.recorded.final:
        return "Interim"
    if result.recorded.assay not in judged:
        return "No limit"
    told = "Decides" if result.number in deciding else "Counts"
    return told if result.verified_by else f"{told}\nNot verified"


def laboratories(source: Source) -> Section:
    """Each laboratory with what covered its work on the day, as it was frozen into the results."""
    headings = columns({"Laboratory": 40, "For": 24, "What covered it that day": 60, "Results": 16})
    return Section(title="Laboratories", blocks=(Table(columns=headings, rows=tuple(_laboratories(source))),))


def _laboratories(source: Source) -> Iterator[tuple[str, ...]]:
    found: dict[tuple[str, ...], list[str]] = {}
    for result in source.lot.quality.results:
        stated = result.recorded
        site, cover = source.site(stated.facility), stated.covered_by
        name = f"{site.name}\n{site.address}" if site else str(stated.facility)
        covered = _covered(site, cover) if cover else "Nothing on record covered this work that day."
        found.setdefault((name, words(stated.operation), covered), []).append(str(result.number))
    for key, numbers in sorted(found.items()):
        yield (*key, ", ".join(numbers))


def _covered(site: Facility | None, cover: Cover) -> str:
    """The certification in words, with its number, and who gave it for how long where that is on record."""
    told = f"{cover.in_words}\nNumber {cover.number}"
    known = next(
        (
            one
            for one in (site.certifications if site else ())
            if (one.scheme, one.number) == (cover.scheme, cover.number)
        ),
        None,
    )
    if known is None:
        return told
    until = f" until {on(known.valid_until)}" if known.valid_until else ""
    return f"{told}, {known.issuer}, from {on(known.valid_from)}{until}"


def tested(source: Source, assessment: Assessment) -> tuple[Section, ...]:
    """The three parts."""
    return against_limits(source, assessment), every_result(source, assessment), laboratories(source)
