"""The rules of the house that a reader would otherwise have to check by hand."""

import ast
import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# `qc_service` is sparing with lines, so a file past this length is missing a concept; 250 is the goal.
LONGEST_FILE = 350

FORBIDDEN_WORDS = {"util", "utils", "helper", "helpers", "common", "manager", "handler", "baseservice"}
FORBIDDEN_NAMES = {"data", "info"}
# What a function or a module may not be called: a product has a process, and that is a thing.
FORBIDDEN_DEEDS = {"process"}
# Methods whose parameter names their framework has settled.
INHERITED = {"_serialize", "_deserialize", "handle_error", "data_received"}

# What would give the two inner floors a clock, an environment, chance or a way out.
OUTSIDE = {"os", "sys", "time", "random", "secrets", "uuid"}
OUTSIDE |= {"shutil", "socket", "sqlite3", "subprocess", "tempfile", "urllib"}
CLOCKS = {"now", "utcnow", "today"}
DOORS = {"open", "print", "input"}

# Written as patterns that do not match themselves, since this file is looked through as well.
MACHINE_PATH = re.compile(r"(?<![\w.)}>/-])/(?:work|tmp|root|opt|home/[a-z]+|Users/[a-z]+)/")
INDEX_ADDRESS = re.compile(r"pypi[.]org|python[h]osted|registry[.]npm|--extra-[i]ndex")

LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```", flags=re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^#+ +(.+?) *$", flags=re.MULTILINE)


def kept_files() -> list[Path]:
    """Every file that is or is about to be under version control."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listing = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return sorted(ROOT / name for name in set(listing.split("\0")) if name and (ROOT / name).is_file())


FILES = kept_files()
MODULES = [path for path in FILES if path.suffix == ".py"]
SHIPPED = [path for path in MODULES if path.relative_to(ROOT).parts[0] != "tests"]
PAGES = [path for path in FILES if path.suffix == ".md"]


def inside(*rooms: str) -> list[Path]:
    """The modules of these rooms."""
    return [path for path in MODULES if any(path.is_relative_to(ROOT / room) for room in rooms)]


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def named_things(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Every name that a module gives: classes, functions, parameters and assigned names, with their line."""
    for node in ast.walk(tree):
        match node:
            case ast.ClassDef(name=name):
                yield node.lineno, name
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield node.lineno, name
                if name not in INHERITED:
                    yield from (
                        (each.lineno, each.arg) for each in ast.walk(node.args) if isinstance(each, ast.arg)
                    )
            case ast.Name(id=name, ctx=ast.Store()):
                yield node.lineno, name


def functions(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Every function and method, with its line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.lineno, node.name


def words(name: str) -> set[str]:
    """The words of a name in snake_case or CamelCase."""
    return {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)}


def imported_roots(node: ast.AST) -> list[str]:
    match node:
        case ast.Import(names=names):
            return [each.name.split(".")[0] for each in names]
        case ast.ImportFrom(module=str(module), level=0):
            return [module.split(".")[0]]
        case _:
            return []


def ways_out(tree: ast.Module) -> Iterator[str]:
    """Every import or call by which a module would reach the clock, the environment, chance or a file."""
    for node in ast.walk(tree):
        match node:
            case ast.Import() | ast.ImportFrom():
                yield from (
                    f"line {node.lineno}: import {root}" for root in imported_roots(node) if root in OUTSIDE
                )
            case ast.Call(func=ast.Attribute(attr=name)) if name in CLOCKS:
                yield f"line {node.lineno}: .{name}()"
            case ast.Call(func=ast.Name(id=name)) if name in DOORS:
                yield f"line {node.lineno}: {name}()"


def floats(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=float(value)):
                yield f"line {node.lineno}: {value}"
            case ast.Name(id="float"):
                yield f"line {node.lineno}: float"


def anchor(heading: str) -> str:
    """The fragment that a page gives a heading: lower case, words joined by hyphens, punctuation dropped."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def anchors(page: Path) -> set[str]:
    return {anchor(heading) for heading in HEADING.findall(page.read_text(encoding="utf-8"))}


def dead_links(page: Path) -> Iterator[str]:
    prose = FENCE.sub("", page.read_text(encoding="utf-8"))
    for target in LINK.findall(prose):
        address, _, fragment = target.partition("#")
        if ":" in address:
            continue
        found = (page.parent / address).resolve() if address else page
        if not found.exists() or (fragment and fragment not in anchors(found)):
            yield target


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_every_module_says_what_it_is_for(path: Path) -> None:
    assert ast.get_docstring(tree_of(path))


@pytest.mark.parametrize("path", SHIPPED, ids=name_of)
def test_names_say_what_they_mean(path: Path) -> None:
    tree = tree_of(path)
    names = [(1, path.stem), *named_things(tree)]
    deeds = [(1, path.stem), *functions(tree)]
    assert [
        (line, name) for line, name in names if words(name) & FORBIDDEN_WORDS or name in FORBIDDEN_NAMES
    ] == []
    assert [(line, name) for line, name in deeds if name in FORBIDDEN_DEEDS] == []


@pytest.mark.parametrize("path", inside("qc_service", "schemas"), ids=name_of)
def test_files_stay_short(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_FILE


@pytest.mark.parametrize("path", inside("qc_service/domain", "qc_service/application"), ids=name_of)
def test_the_inner_floors_have_no_clock_no_chance_and_no_way_out(path: Path) -> None:
    assert list(ways_out(tree_of(path))) == []


@pytest.mark.parametrize("path", inside("qc_service/domain", "qc_service/ledger"), ids=name_of)
def test_nothing_that_is_recorded_is_a_float(path: Path) -> None:
    assert list(floats(tree_of(path))) == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("from datetime import datetime\nAT = datetime.now()", ["line 2: .now()"]),
        ("import os\nHOME = os.environ['HOME']", ["line 1: import os"]),
        ("from random import choice", ["line 1: import random"]),
        ("TEXT = open('page').read()", ["line 1: open()"]),
        ("from datetime import datetime\nAT = datetime(2026, 2, 1)", []),
    ],
)
def test_a_way_out_is_seen(source: str, found: list[str]) -> None:
    assert list(ways_out(ast.parse(source))) == found


def test_a_float_is_seen() -> None:
    assert list(floats(ast.parse("LIMIT: float = 0.5"))) == ["line 1: float", "line 1: 0.5"]


def test_a_forbidden_name_is_seen() -> None:
    assert words("LotManager") & FORBIDDEN_WORDS
    assert words("string_utils") & FORBIDDEN_WORDS
    assert not words("Uncommonly") & FORBIDDEN_WORDS
    assert (1, "data") in named_things(ast.parse("def read(data): return data"))
    assert (1, "process") in functions(ast.parse("def process(lot): return lot"))
    assert (1, "process") not in functions(ast.parse("process = ('harvest', 'fill')"))


def test_test_files_have_names_of_their_own() -> None:
    names = Counter(path.name for path in inside("tests") if path.name.startswith("test_"))
    assert [name for name, count in names.items() if count > 1] == []


def test_only_the_composition_root_is_served() -> None:
    imports = [root for node in ast.walk(tree_of(ROOT / "wsgi.py")) for root in imported_roots(node)]
    assert set(imports) == {"os", "qc_service"}


def test_nothing_kept_names_a_machine_or_a_package_index() -> None:
    named = []
    for path in FILES:
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        named += [(name_of(path), found[0]) for found in MACHINE_PATH.finditer(text)]
        named += [(name_of(path), found[0]) for found in INDEX_ADDRESS.finditer(text)]
    assert named == []


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_between_pages_resolve(page: Path) -> None:
    assert list(dead_links(page)) == []


def test_every_decision_is_listed_and_numbered_in_order() -> None:
    decisions = sorted(path.name for path in (ROOT / "docs/adr").glob("[0-9]*.md"))
    listed = re.findall(r"\]\((\d{4}-[^)]+)\)", (ROOT / "docs/adr/README.md").read_text(encoding="utf-8"))
    assert listed == decisions
    numbers = [name[:4] for name in decisions]
    assert numbers == [f"{number:04d}" for number in range(1, len(numbers) + 1)]
