"""Prints docs/exchange.md from the columns: ``python -m ingest.exchange.docs > docs/exchange.md``."""

from __future__ import annotations

from ingest.exchange import COLUMNS
from ingest.exchange._columns import UNITS

_HEAD = """# Exchange

Written by `python -m ingest.exchange.docs`; change `ingest/exchange/_columns.py` instead.

```
kgpress ingest import FILE... [--dry-run] [--set COLUMN=VALUE]
kgpress ingest export --format csv|jsonl|model-index|parquet|jsonld --out FILE [filters]
```

| format | read | written | shape |
|---|---|---|---|
| `csv` | yes | yes | the first line names the columns; UTF-8, separated by commas |
| `jsonl` | yes | yes | one object a line, its keys the columns |
| `model-index` | yes | yes | YAML, or the front matter of a model card |
| `parquet` | no | yes | the columns with types; units in the fields' metadata |
| `jsonld` | no | yes | ML-Schema runs and evaluations, PROV for where they are from; the context is inline |

## Reading
- **All or nothing.** Every fault is reported as `file:line:column: reason`; with one fault in any file
  nothing is imported. `column` is the field's number in CSV, else the character. `--dry-run` only checks.
- **Units are explicit.** A bare number is in the column's unit: a fraction 0..1 where the metric is one,
  bytes, milliseconds, counts. Any other unit stands behind the number (`76.1%`, `4.2MB`, `35us`), or in a
  CSV heading (`size_after [MB]`). 76.1 without a unit is a fault, not a guess. KB is 1,000 bytes.
- **Formulas are text.** Nothing is computed. `export` writes a `'` before a text that a spreadsheet would
  run (`=`, `+`, `-`, `@`, tab, also behind blanks); `import` takes that one off again.
- **Identity.** A row without `locator` is cited as this file's hash and line, and the file is kept in the
  document store. A row with one keeps it: importing an export again adds nothing.
- **Names.** Other spellings of reviewed names (`ingest/normalize/names`) become those names; unknown names
  stay as written. Metrics, tasks, domains and methods must be of the catalogue.
- **States.** Imported results are proposed; `quarantined` with its reasons is kept, `accepted` is not taken
  in: curators accept.
- `--set COLUMN=VALUE` fills a column where a row lacks it.

## Writing
Order and bytes depend on the evidence alone (Parquet: and on its library). Private results are never
written; without `--state`, accepted ones are. Profiles of own runs are not part of this
format: use `kgpress graph export`.

## Columns
Bold ones are required, and at least one measured number.

"""

_MODEL_INDEX = """
## model-index
`name` is the model; `task`, `dataset`, `source` and each metric's `type` and `value` (= `after`) are read
from their places. What model-index lacks stands in a `kgpress` block of the result or of one metric, with
the columns above as keys:

```yaml
model-index:
- name: ResNet-50
  results:
  - task: {type: image-classification}
    dataset: {name: ImageNet, type: imagenet}
    metrics:
    - {type: accuracy, value: 75.9%}
    source: {name: acme/bench, url: https://acme.example/results}
    kgpress: {strategy: C4(bits=8), before: 76.1%, size_after: 24.5MB}
```

Anchors, aliases and tags of YAML are refused.
"""


def page() -> str:
    """The page as Markdown."""
    lines = ["| column | kind | unit | |", "|---|---|---|---|"]
    for c in COLUMNS:
        mark = "**" if c.required else ""
        only = {"export": " (written, not read)", "import": " (read, never written)"}.get(c.only, "")
        unit = {"quality": "the metric's"}.get(c.unit, c.unit)
        lines.append(f"| {mark}`{c.name}`{mark} | {c.kind} | {unit} | {c.about}{only} |")
    units = [f"- {unit}: {', '.join(f'`{u}`' for u in known)}" for unit, known in UNITS.items()]
    body = "\n".join([*lines, "", "Units that may stand behind a number:", *units])
    return f"{_HEAD}{body}\n{_MODEL_INDEX}"


if __name__ == "__main__":
    print(page(), end="")
