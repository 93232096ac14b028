"""Any file with a filled-in template, CSV or workbook: the one place that knows both."""

from qc_service.exchange.instruments.reading import UnreadableFile
from qc_service.exchange.sheets.template import Filled, filled_in, filled_in_csv
from qc_service.exchange.sheets.xlsx_sheet import WORKBOOK_MARK, xlsx_sheet

_OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"


def read_sheet(content: bytes) -> Filled:
    """What a file states, whatever its name. Raises UnreadableFile for what is not the template."""
    if content.startswith(_OLD_WORKBOOK):
        detail = "The file is a workbook of the old kind (.xls) or encrypted. Save it as .xlsx or CSV."
        raise UnreadableFile("binary", detail)
    return filled_in(xlsx_sheet(content)) if content.startswith(WORKBOOK_MARK) else filled_in_csv(content)
