"""Workbooks made by hand, part by part, as other programs and attackers make them."""

import zipfile
from collections.abc import Iterable
from pathlib import Path

RELATION = '<Relationship Id="{}" Type="http://schemas.openxmlformats.org/{}" Target="{}"/>'


def made(
    path: Path,
    rows: str | Iterable[bytes],
    *,
    before: str = "",
    strings: Iterable[bytes] = (),
    styles: str = "",
    workbook: str = '<workbook xmlns:r="urn:r"><sheets><sheet name="Liste" sheetId="1" r:id="s1"/></sheets></workbook>',
) -> Path:
    """A workbook with one sheet, whose XML is `before` and, in `sheetData`, `rows`."""
    relations = RELATION.format("s1", "worksheet", "worksheets/sheet1.xml")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as book:
        root = RELATION.format("r", "officeDocument", "xl/workbook.xml")
        book.writestr("_rels/.rels", f"<Relationships>{root}</Relationships>")
        book.writestr("xl/workbook.xml", workbook)
        with book.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            sheet.write(f"<worksheet>{before}<sheetData>".encode())
            for block in [rows.encode()] if isinstance(rows, str) else rows:
                sheet.write(block)
            sheet.write(b"</sheetData></worksheet>")
        if strings:
            relations += RELATION.format("t1", "sharedStrings", "sharedStrings.xml")
            with book.open("xl/sharedStrings.xml", "w", force_zip64=True) as shared:
                for block in strings:
                    shared.write(block)
        if styles:
            relations += RELATION.format("y1", "styles", "/xl/styles.xml")
            book.writestr("xl/styles.xml", styles)
        book.writestr("xl/_rels/workbook.xml.rels", f"<Relationships>{relations}</Relationships>")
    return path
