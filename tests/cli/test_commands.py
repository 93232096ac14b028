"""The commands, one by one: what they say, in words and in JSON, and the exit code that goes with it."""

from __future__ import annotations

import base64
import json
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from qc_service.application.audit.findings import AuditReport, Finding
from qc_service.application.audit.replay import ReplayFailed
from qc_service.application.ports import Moved
from qc_service.cli import evidence, main
from qc_service.ledger.trust import TrustRoot

INIT = (
    "init", "--issuer", "qc.example.org", "--organisation", "demo-biologics", "--name", "Demo Biologics",
    "--country", "US", "--zone", "America/New_York", "--phone", "+1 202 555 0143",
    "--administrator", "d.sample", "--printed-name", "Dana Sample",
)  # fmt: skip
PERSON = ("--printed-name", "Nina Sample", "--role", "quality", "--organisation", "demo-biologics")
Command = Callable[..., Result]


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Commands in a home where nothing is yet."""
    monkeypatch.setenv("QC_HOME", str(tmp_path / "var"))
    for name in ("DATABASE_URL", "PORT", "HOST", "QC_PASSPHRASE"):
        monkeypatch.delenv(name, raising=False)

    def run(*arguments: str, typed: bytes = b"") -> Result:
        return CliRunner().invoke(main, list(arguments), input=typed)

    return run


@pytest.fixture(scope="module")
def initialised(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that was initialised, for copies of it."""
    home = tmp_path_factory.mktemp("initialised") / "var"
    result = CliRunner().invoke(main, list(INIT), env={"QC_HOME": str(home), "DATABASE_URL": ""})
    assert result.exit_code == 0, result.output
    return home


@pytest.fixture
def command(bare: Command, initialised: Path, tmp_path: Path) -> Command:
    """Commands in a home that was initialised."""
    shutil.copytree(initialised, tmp_path / "var")
    return bare


def plain(result: Result) -> Any:
    """What a command said in JSON."""
    return json.loads(result.stdout)


def test_init_says_where_the_trust_root_is_and_what_comes_next(bare: Command, tmp_path: Path) -> None:
    result = bare(*INIT)
    assert result.exit_code == 0
    assert str(tmp_path / "var" / "trust" / "1.root.json") in result.stdout
    assert "qc-service token create --person d.sample" in result.stdout


def test_init_twice_is_answered_no(command: Command) -> None:
    result = command(*INIT)
    assert result.exit_code == 1
    assert "initialised before" in result.stderr


def test_init_with_what_is_no_name_could_not_be_asked(bare: Command) -> None:
    result = bare(*(word.replace("d.sample", "Dana!") for word in INIT))
    assert result.exit_code == 2
    assert "not a person id" in result.stderr


def test_init_with_an_issuer_that_fits_on_no_label_could_not_be_asked(bare: Command, tmp_path: Path) -> None:
    result = bare(*(word.replace("qc.example.org", "provenance.of.a.long.name.example") for word in INIT))
    assert result.exit_code == 2
    assert "issuer of 31 bytes" in result.stderr
    assert not (tmp_path / "var" / "keys").exists()


@pytest.mark.parametrize(
    "asked", ["key", "checkpoint", "audit", "rebuild", "export", "serve", "token list", "token revoke 0"]
)
def test_without_an_installation_each_command_names_the_mend(bare: Command, asked: str) -> None:
    result = bare(*asked.split())
    assert result.exit_code == 2
    assert "qc-service init" in result.stderr


def test_a_wrong_setting_is_named(bare: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "eighty")
    result = bare("key")
    assert result.exit_code == 2
    assert "PORT is 'eighty'" in result.stderr


def test_a_database_that_does_not_answer_is_said_so(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    for url, told in (("sqlite:////nowhere/at/all", "DATABASE_URL"), ("nonsense://nowhere", "nonsense")):
        monkeypatch.setenv("DATABASE_URL", url)
        for asked in ("key", "migrate"):
            result = command(asked)
            assert result.exit_code == 2
            assert told in result.stderr


def test_migrate_names_the_revision(command: Command) -> None:
    assert plain(command("migrate", "--json"))["revision"].startswith("r")


def test_key_shows_what_others_verify_with(command: Command) -> None:
    shown = plain(command("key", "--json"))
    assert shown["issuer"] == "qc.example.org"
    assert shown["log"].startswith("qc.example.org+")
    assert [one["role"] for one in shown["keys"]] == ["record", "checkpoint", "label", "seal"]
    assert shown["trust_root"] in command("key").stdout


WHY = ("--by", "d.sample", "--explanation", "Once a year.")


def test_a_key_is_rotated_and_the_next_trust_root_follows_the_first(command: Command, tmp_path: Path) -> None:
    before = plain(command("key", "--json"))
    turned = command("key", "rotate", *WHY, "--json")
    assert turned.exit_code == 0, turned.output
    after = plain(command("key", "--json"))
    assert plain(turned)["keyid"] == after["keys"][0]["keyid"] != before["keys"][0]["keyid"]
    assert (plain(turned)["trust_root"], plain(turned)["version"]) == (after["trust_root"], 2)
    first, second = (TrustRoot.parse((tmp_path / f"var/trust/{n}.root.json").read_bytes()) for n in (1, 2))
    assert second.succeeds(first)
    assert command("token", "create", "--person", "t.nina", "--by", "d.sample", *PERSON).exit_code == 0
    assert command("audit").exit_code == 0
    again = command("key", "retire", before["keys"][0]["keyid"], *WHY)
    assert (again.exit_code, "retired already" in again.output) == (1, True)


def test_a_label_key_is_rotated_and_no_trust_root_follows(command: Command, tmp_path: Path) -> None:
    before = plain(command("key", "--json"))
    turned = command("key", "rotate", "--role", "label", *WHY, "--json")
    assert turned.exit_code == 0, turned.output
    after = plain(command("key", "--json"))
    assert plain(turned) == {"keyid": after["keys"][2]["keyid"]}
    assert after["keys"][2] != before["keys"][2]
    assert (after["keys"][:2], after["trust_root"]) == (before["keys"][:2], before["trust_root"])
    kept = tmp_path / "var" / "keys" / f"label.{before['keys'][2]['keyid']}.pem"
    assert kept.stat().st_mode & 0o777 == 0o600
    again = command("key", "compromised", before["keys"][2]["keyid"], "--since-size", "0", *WHY)
    assert again.exit_code == 0, again.output
    assert command("audit").exit_code == 0


def test_a_compromised_record_key_is_replaced_first_and_its_records_are_named(command: Command) -> None:
    old = plain(command("key", "--json"))["keys"][0]["keyid"]
    reported = command("key", "compromised", old, "--since-size", "6", *WHY)
    assert reported.exit_code == 0, reported.output
    assert "Trust root 2" in reported.output
    assert command("audit").exit_code == 0  # nothing was signed with it since
    assert command("key", "compromised", old, "--since-size", "4", *WHY).exit_code == 0
    audit = command("audit")
    assert (audit.exit_code, "compromised" in audit.output) == (1, True)
    assert plain(command("key", "--json"))["keys"][0]["keyid"] != old


def test_a_key_in_use_is_rotated_not_retired_and_another_is_retired(command: Command) -> None:
    record, checkpoint = (one["keyid"] for one in plain(command("key", "--json"))["keys"][:2])
    refused = command("key", "retire", record, *WHY)
    assert (refused.exit_code, "key rotate" in refused.output) == (1, True)
    assert command("key", "retire", checkpoint, *WHY).output == f"Key {checkpoint} is retired.\n"
    assert command("key", "compromised", checkpoint, "--since-size", "2", *WHY).exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("key", "compromised", "KEYID", "--since-size", "99", *WHY), 2, "from 0 to 6"),
        (("key", "compromised", "nobody", "--since-size", "1", *WHY), 1, "No key nobody is on record"),
        (
            ("key", "rotate", "--by", "t.nina", "--explanation", "Mine now."),
            1,
            "No person t.nina is on record",
        ),
        (("key", "rotate", "--by", "d.sample", "--explanation", ""), 2, "is not a text"),
    ],
)
def test_a_decision_about_a_key_that_cannot_be_taken_touches_no_file(
    command: Command, tmp_path: Path, arguments: tuple[str, ...], code: int, said: str
) -> None:
    keyid = plain(command("key", "--json"))["keys"][0]["keyid"]
    refused = command(*(keyid if one == "KEYID" else one for one in arguments))
    assert (refused.exit_code, said in refused.output) == (code, True), refused.output
    assert sorted(path.name for path in (tmp_path / "var/trust").iterdir()) == ["1.root.json"]
    assert plain(command("key", "--json"))["keys"][0]["keyid"] == keyid


def test_checkpoint_signs_the_head(command: Command) -> None:
    assert command("checkpoint").stdout.startswith("qc.example.org\n6\n")
    assert plain(command("checkpoint", "--json"))["checkpoint"].startswith("qc.example.org\n6\n")


def test_checkpoint_of_a_log_that_shrank_is_answered_no(command: Command, tmp_path: Path) -> None:
    database = tmp_path / "var" / "qc-service.sqlite3"
    kept = database.read_bytes()
    assert command("token", "create", "--person", "n.sample", *PERSON, "--by", "d.sample").exit_code == 0
    assert command("checkpoint").exit_code == 0
    for leftover in database.parent.glob("qc-service.sqlite3-*"):
        leftover.unlink()
    database.write_bytes(kept)
    result = command("checkpoint")
    assert result.exit_code == 1
    assert "does not extend" in result.stderr
    served = command("serve")
    assert served.exit_code == 1
    assert "qc-service audit" in served.stderr


def test_a_token_is_made_listed_and_revoked(command: Command) -> None:
    assert "no tokens yet" in command("token", "list").stdout
    made = plain(
        command("token", "create", "--person", "d.sample", "--label", "trial", "--days", "3", "--json")
    )
    assert made["token"].startswith("qcs_")
    (listed,) = plain(command("token", "list", "--json"))
    assert (listed["person"], listed["label"], listed["revoked_at"]) == ("d.sample", "trial", None)
    assert made["token"].split("_")[2] not in command("token", "list").stdout
    assert command("token", "revoke", listed["id"]).exit_code == 0
    assert "revoked" in command("token", "list").stdout
    again = command("token", "revoke", listed["id"])
    assert again.exit_code == 1
    assert "token list" in again.stderr


def test_a_token_for_a_new_person_registers_them(command: Command) -> None:
    result = command("token", "create", "--person", "n.sample", *PERSON, "--by", "d.sample")
    assert result.exit_code == 0
    assert result.stdout.startswith("qcs_")
    assert plain(command("checkpoint", "--json"))["checkpoint"].splitlines()[1] == "7"


def test_a_new_person_is_registered_by_somebody(command: Command) -> None:
    result = command("token", "create", "--person", "n.sample", *PERSON)
    assert result.exit_code == 2
    assert "--by" in result.stderr


def test_a_token_for_nobody_is_answered_no(command: Command) -> None:
    result = command("token", "create", "--person", "nobody")
    assert result.exit_code == 1
    assert "No person nobody" in result.stderr


def test_a_malformed_person_could_not_be_asked(command: Command) -> None:
    result = command("token", "create", "--person", "N!", *PERSON, "--by", "d.sample")
    assert result.exit_code == 2
    assert "/id" in result.stderr


def test_audit_finds_a_fresh_installation_clean(command: Command) -> None:
    assert "as they were recorded" in command("audit").stdout
    report = plain(command("audit", "--json"))
    assert report["clean"] is True
    assert report["entries"] == 6


def test_audit_names_a_row_that_somebody_edited_and_rebuild_mends_it(
    command: Command, tmp_path: Path
) -> None:
    with sqlite3.connect(tmp_path / "var" / "qc-service.sqlite3") as database:
        database.execute("UPDATE catalogue SET title = 'Somebody else' WHERE stream = 'person/d.sample'")
    database.close()
    result = command("audit")
    assert result.exit_code == 1
    assert "person/d.sample" in result.stdout
    assert plain(command("audit", "--json"))["clean"] is False
    assert plain(command("rebuild", "--json"))["entries"] == 6
    assert command("audit").exit_code == 0


@pytest.mark.parametrize(
    ("failure", "code", "told"),
    [(ReplayFailed("lot/EX261101A makes no sense"), 1, "audit"), (Moved(), 2, "stop the service")],
)
def test_rebuild_says_why_it_did_not(
    command: Command, monkeypatch: pytest.MonkeyPatch, failure: Exception, code: int, told: str
) -> None:
    def fails(*_: object) -> int:
        raise failure

    monkeypatch.setattr(evidence, "rebuild_installation", fails)
    result = command("rebuild")
    assert result.exit_code == code
    assert told in result.stderr


def test_audit_counts_what_it_does_not_list(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    finding = Finding(where="entry 3", what="its signature does not hold")
    report = AuditReport(entries=5, root="00", signed=5, rows={}, findings=(finding,), unlisted=7)
    monkeypatch.setattr(evidence, "audit_installation", lambda *_: report)
    result = command("audit")
    assert result.exit_code == 1
    assert result.stdout == "entry 3: its signature does not hold\nand 7 more\n"


def test_export_gives_every_record_as_it_was_signed(command: Command) -> None:
    lines = [json.loads(line) for line in command("export").stdout.splitlines()]
    assert [line["log_index"] for line in lines] == [0, 1, 2, 3, 4, 5]
    statement = json.loads(base64.b64decode(lines[0]["envelope"]["payload"]))
    assert statement["predicate"]["stream"] == "organisation/demo-biologics"


def test_verify_bundle_hands_everything_to_the_strangers_verifier(command: Command) -> None:
    assert command("verify-bundle", "nothing.json").exit_code == 2


def test_read_code_answers_line_by_line(bare: Command) -> None:
    good = b"]d201095060001343521727103110EX261101A\\x1d217K3M9QW2TX49\r\n"
    result = bare("read-code", typed=good)
    assert result.exit_code == 0
    assert json.loads(result.stdout)["fields"]["lot"] == "EX261101A"
    result = bare("read-code", typed=good + b"EX261101A\n\xff\n")
    assert result.exit_code == 1
    assert [json.loads(line)["ok"] for line in result.stdout.splitlines()] == [True, False, False]


@pytest.mark.parametrize(
    ("typed", "exit_code", "said"),
    [
        (b"=+02000&,1000000000EX261101A&,20000007K3M9QW2TX49", 0, ("isbt128", "EX261101A")),
        (b"A999026000001S", 0, ("isbt128", "A999026000001")),
        (b"EXO1:BB8", 0, ("token", "BB8")),
        (b"+A123BJC5D6E71G", 1, ("unsupported_code", "HIBCC")),
        (b"=+03000&,1000000000EX261101A", 1, ("malformed_code", "announces 3")),
        (b"]D2010950600013435210ex261101a", 1, ("scanner_configuration", "Caps Lock")),
        (b"=A99902600000188\\r", 1, ("scanner_configuration", "carriage return")),
        (b"\n", 1, ("malformed_code", "nothing")),
    ],
)
def test_read_code_shows_what_the_service_reads(
    bare: Command, typed: bytes, exit_code: int, said: tuple[str, ...]
) -> None:
    result = bare("read-code", "--json", typed=typed + b"\n" if typed != b"\n" else typed)
    assert result.exit_code == exit_code
    assert all(one in result.stdout for one in said)


def test_read_code_wants_a_code(bare: Command) -> None:
    result = bare("read-code", typed=b"")
    assert result.exit_code == 2
    assert "no code" in result.stderr


def test_read_instrument_refuses_what_is_none(bare: Command, tmp_path: Path) -> None:
    file = tmp_path / "empty.csv"
    file.write_bytes(b"")
    result = bare("read-instrument", str(file))
    assert result.exit_code == 1
    assert json.loads(result.stdout)["file"] == "empty.csv"
    assert "refused" in json.loads(result.stdout)


def test_read_instrument_shows_how_a_template_is_read(bare: Command, tmp_path: Path) -> None:
    sheets = [tmp_path / f"results.{ending}" for ending in ("csv", "XLSX")]
    for sheet in sheets:
        made = bare("results-template", str(sheet))
        assert (made.exit_code, str(sheet) in made.stdout) == (0, True)
    with sheets[0].open("a", encoding="utf-8") as filled:
        filled.write("EX261101A,ph,,7.3,pH,,,,SOP-1,2,east-laboratory,,2026-11-02,2026-11-02\n")
        filled.write("EX261101A,ph,,high,pH,,,,SOP-1,2,east-laboratory,,2026-11-02,2026-11-02\n")
    result = bare("read-instrument", *map(str, sheets))
    assert result.exit_code == 0
    csv, xlsx = map(json.loads, result.stdout.splitlines())
    assert [(one["row"], one["lot"], one["value"]) for one in csv["rows"]] == [(2, "EX261101A", "7.3")]
    assert [(one["cell"], one["what"]) for one in csv["errors"]] == [("D3", "'high' is not a number")]
    assert (xlsx["sheet"], xlsx["rows"], xlsx["errors"]) == ("Results", [], [])


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"a,b\n1,2\n", "unknown_format"), (b"lot,assay,value\n", "malformed"), (b"PK\x03\x04", "truncated")],
)
def test_read_instrument_says_what_is_wrong_with_a_sheet(
    bare: Command, tmp_path: Path, content: bytes, code: str
) -> None:
    file = tmp_path / "sheet.csv"
    file.write_bytes(content)
    result = bare("read-instrument", str(file))
    assert (result.exit_code, json.loads(result.stdout)["refused"]) == (1, code)


def test_the_template_wants_a_name_that_says_its_format(bare: Command, tmp_path: Path) -> None:
    result = bare("results-template", str(tmp_path / "results.ods"))
    assert (result.exit_code, ".xlsx or .csv" in result.stderr) == (2, True)


def test_read_instrument_reads_an_export(bare: Command) -> None:
    folder = Path(__file__).parents[3] / "shared" / "instruments"
    if not folder.is_dir():
        pytest.skip("the sample exports are not here")
    file = next(iter(sorted(folder.glob("nanosight*.csv"))))
    result = bare("read-instrument", str(file), "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["values"]
