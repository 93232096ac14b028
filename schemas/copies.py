"""The wire's suspected copies: alerts with their evidence, their settlement, and the thresholds that decide."""

from __future__ import annotations

from marshmallow import Schema

from schemas.members import (
    Strict,
    count,
    fixed,
    line,
    moment,
    name,
    part,
    parts,
    several,
    term,
    text,
    truth,
    words,
)

OUTCOMES = ("false_alarm", "copy")
RULES = (
    "two_places", "unrecorded_moves", "before_shipment", "while_in_transit", "after_use", "held_elsewhere",
)  # fmt: skip
ACTS = ("checked", "prepared", "administered", "discarded", "sent", "received")
LARGEST = 2**53 - 1


class SettleSuspicionSchema(Strict):
    """What quality found about a suspected copy."""

    outcome = term(OUTCOMES, "What it was.", required=True)
    reason = text("On what that rests.", required=True)


class ApartSchema(Strict):
    """How far two organisations are from each other."""

    one = name("An organisation.", required=True)
    other = name("Another.", required=True)
    minutes = count(
        "The least time in which a vial gets from one to the other; 0 for one place.",
        most=10_080,
        required=True,
    )


class ThresholdsSchema(Strict):
    """When sightings of one serial cannot all be of one vial."""

    minutes_between = count(
        "The least minutes between two clinics; 120 unless said.", least=10, most=10_080, none=False
    )
    apart = parts(ApartSchema, "Organisations that are nearer to each other, or farther.", most=200)
    clock_minutes = count("How far two clocks may differ; 10 unless said.", most=120, none=False)
    rescan_hours = count(
        "How long a used vial may be scanned again where it was used; 72 unless said.",
        least=1,
        most=2_160,
        none=False,
    )
    unrecorded_moves = count(
        "How often a vial changes hands without a shipment until it is suspected; 2 unless said.",
        least=1, most=10, none=False,
    )  # fmt: skip
    burst_serials = count(
        "How many different unknown serials are a burst; 5 unless said.", least=3, most=100, none=False
    )
    burst_minutes = count("Within how many minutes; 60 unless said.", least=5, most=1_440, none=False)


class SetCopyPolicySchema(ThresholdsSchema):
    """Thresholds for copies from now on; what is left out is the default."""

    reason = text("Why.", required=True)


class LaidDownSchema(Schema):
    """Thresholds as they were laid down once."""

    thresholds = part(ThresholdsSchema, "The thresholds.", required=True)
    recorded_at = moment("Since when.", required=True)
    by = words("Who laid them down.")
    reason = words("Why.", none=True)
    log_index = count("The record's place in the log.", most=LARGEST, required=True)


class CopyPolicySchema(Schema):
    """The thresholds in force for an organisation's vials, and their history."""

    organisation = name("Whose vials.", required=True)
    laid_down = truth("Whether it laid them down, or the defaults hold.", required=True)
    seq = count("What to send as If-Match; null before the first.", required=True, none=True)
    in_force = part(ThresholdsSchema, "The thresholds in force.", required=True)
    history = parts(LaidDownSchema, "All that were laid down, the newest last.", most=LARGEST, required=True)


class ObservationSchema(Schema):
    """The vial was there then."""

    act = term(ACTS, "What showed it.", required=True)
    organisation = name("Where.", required=True)
    at = moment("When.", required=True)
    record = fixed(64, "The record of the vial's stream that shows it.", required=True, none=True)
    shipment = line("The shipment whose record shows it.", required=True, none=True)
    log_index = count("That record's place in the log.", most=LARGEST, required=True, none=True)


class ContradictionSchema(Schema):
    """A rule that was broken."""

    rule = term(RULES, "Which.", required=True)
    in_words = words("The same in a sentence.")
    against = parts(ObservationSchema, "What the sighting cannot be true together with.", required=True)


class CodeReadSchema(Schema):
    """One code of a burst."""

    lot_as_read = line("The lot it named.", required=True, none=True)
    serial_as_read = line("The serial it named.", required=True, none=True)
    at = moment("When it was checked.", required=True)
    log_index = count("The record's place in the log.", most=LARGEST, required=True)


class SettledSchema(Schema):
    """How quality settled it."""

    outcome = term(OUTCOMES, "What it was.", required=True)
    by = words("Who settled it.")
    recorded_at = moment("When.", required=True)
    reason = words("On what that rests.", none=True)
    log_index = count("The record's place in the log.", most=LARGEST, required=True)


class AlertSchema(Schema):
    """Something that asks quality to look, with its evidence."""

    id = line("Its name.", required=True)
    status = words("raised, settled or confirmed.")
    title = words("What it is.")
    organisation = name("Whose quality is asked.", required=True)
    about = line("The stream it is about.", required=True)
    record = words("The kind of the record that raised it.")
    raised_at = moment("When.", required=True)
    at = name("At which organisation.", required=True)
    by = words("Who recorded it.")
    log_index = count("That record's place in the log.", most=LARGEST, required=True)
    reasons = several(words("A reason's code."), "What the answer gave as reasons.", required=True)
    seen = part(
        ObservationSchema, "Of a suspected copy: the sighting that showed it.", required=True, none=True
    )
    contradictions = parts(
        ContradictionSchema, "Of a suspected copy: the rules that were broken.", required=True
    )
    codes = parts(CodeReadSchema, "Of a burst: the codes.", most=101, required=True)
    settled = parts(SettledSchema, "How quality settled it since.", most=LARGEST, required=True)


class BurstSchema(Schema):
    """What one place asked about one lot or product."""

    network = words("The place, shortened to a network.")
    lot = line("The lot that was named.", required=True, none=True)
    gtin = line("The product that was named.", required=True, none=True)
    organisation = name("Whose it is, where it is on record.", required=True, none=True)
    since = moment("The first question.", required=True)
    until = moment("The last question.", required=True)
    questions = count("How many questions.", most=LARGEST, required=True)
    serials = count("About how many different serials, counted up to 200.", required=True)
    burst = truth("Whether these are as many as are laid down to be a burst.", required=True)


class BurstsSchema(Schema):
    """Anonymous questions about serials that are not on record; held in memory alone."""

    as_of = moment("Now.", required=True)
    within_minutes = count("How long a count is kept.", required=True)
    counted_by = words("Which process counted, and since when.")
    items = parts(
        BurstSchema, "One for each place and lot, those of the most serials first.", most=200, required=True
    )
