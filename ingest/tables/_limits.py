"""Bounds of reading, in one place. Over a bound a document is refused or cut, and says so."""

from __future__ import annotations

#: Bytes of a document; refused before it is parsed.
DOCUMENT_BYTES = 64_000_000
#: Bytes of a YAML or JSON document, whose nodes take many times its size.
TREE_BYTES = 16_000_000
#: Bytes and lines of Markdown or reStructuredText; bytes and opening marks of HTML.
PROSE_BYTES = 2_000_000
PROSE_LINES = 50_000
HTML_BYTES = 16_000_000
HTML_MARKS = 600_000
#: Characters of one paragraph or cell of Markdown that are searched for inline markup.
INLINE_CHARS = 10_000
#: Bytes of a PDF, and pages of it that are read.
PDF_BYTES = 32_000_000
PDF_PAGES = 60
#: Bytes of memory and seconds of the process that reads a PDF.
PDF_MEMORY = 800_000_000
PDF_SECONDS = 8
#: Characters, and edges, of one PDF page.
PAGE_MARKS = 40_000
#: Characters of one line of Markdown, reStructuredText or a comment; the rest is cut.
LINE_CHARS = 200_000
#: Characters of one CSV record, over however many lines.
RECORD_CHARS = 1_000_000
#: Characters kept of one cell.
CELL_CHARS = 4_000
#: Columns and rows of one table; cells of one table and of all tables; tables of one document.
COLUMNS = 2_000
ROWS = 200_000
CELLS = 200_000
DOCUMENT_CELLS = 600_000
TABLES = 2_000
#: Depth of nested elements, lists or mappings.
DEPTH = 200
#: Depth of tables within tables' cells: deeper ones are left out.
NESTED_TABLES = 3
#: Nodes of a YAML or JSON tree, aliases counted each time they are used.
NODES = 600_000
#: Characters of prose kept: before or after a table, and of the document.
PARAGRAPH_CHARS = 1_000
PROSE_CHARS = 20_000
