"""The import contract of one room: the standard library, itself, and what the table of the house allows.

An import-linter contract of type `room`, named in pyproject.toml under [tool.importlinter]:

    [[tool.importlinter.contracts]]
    name = "ledger"
    type = "room"
    room = "qc_service.ledger"
    may_import = ["cryptography", "orjson"]

It lists what is allowed, so that a library nobody thought of is refused, where a list of forbidden ones
would let it in.
"""

import sys

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


def lies_in(module: str, package: str) -> bool:
    """Whether `module` is `package` or something inside it."""
    return module == package or module.startswith(f"{package}.")


class RoomContract(Contract):
    """Holds when no module of `room` directly imports anything beyond itself, the stdlib and `may_import`."""

    room = fields.StringField()
    may_import = fields.ListField(subfield=fields.StringField(), required=False, default=[])

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Collect every import that the room may not make, as sentences naming file and line."""
        room: str = vars(self)["room"]  # the field's parsed value, which its descriptor types do not show
        allowed: list[str] = [room, *sys.stdlib_module_names, *vars(self)["may_import"]]
        refused = [
            f"{module} imports {imported} (line {found['line_number']})"
            for module in sorted({room} | graph.find_descendants(room))
            for imported in sorted(graph.find_modules_directly_imported_by(module))
            if not any(lies_in(imported, package) for package in allowed)
            for found in graph.get_import_details(importer=module, imported=imported)
        ]
        return ContractCheck(kept=not refused, metadata={"refused": refused})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Print one refused import a line."""
        for sentence in check.metadata["refused"]:
            output.print_error(sentence)
