"""Scores extraction against the annotated documents: recall of results, precision of fields.

    python -m tests.ingest.gold.score [FOLDER] --corpus DIR [--show N] [--only TEXT] [--undeclared]

Results are matched by document, line and number of the anchor. Fields that the annotator marked uncertain
are not scored; optional results are neither demanded nor false.
"""

# ruff: noqa: E501
from __future__ import annotations

import argparse
import json
import math
import re
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

NUMBERS = (
    "before",
    "after",
    "size_before",
    "size_after",
    "parameters_before",
    "parameters_after",
    "macs_before",
    "macs_after",
    "latency_before",
    "latency_after",
    "throughput_before",
    "throughput_after",
    "memory_before",
    "memory_after",
)
NAMES = ("model", "dataset", "metric", "hardware", "runtime")
#: Named in the annotation only where the document is explicit about the very row.
LOOSE = ("hardware", "runtime")
_FAMILY = {
    "post-training static quantization": "quantization",
    "dynamic quantization": "quantization",
    "weight-only quantization": "quantization",
    "quantization-aware training": "quantization",
    "half precision": "quantization",
    "mixed precision quantization": "quantization",
    "quantization (kind not stated)": "quantization",
    "binarization": "quantization",
    "filter pruning": "pruning",
    "weight pruning": "pruning",
    "N:M sparsity": "pruning",
    "block pruning": "pruning",
    "layer removal": "pruning",
    "pruning (kind not stated)": "pruning",
    "lottery ticket": "pruning",
    "knowledge distillation": "distillation",
    "self-distillation": "distillation",
    "low-rank approximation": "low_rank",
    "weight clustering": "weight_sharing",
    "neural architecture search": "architecture_search",
}


def wilson(right: int, n: int, z: float = 1.96) -> tuple[float, float]:
    """The 95% Wilson interval of a share."""
    if n == 0:
        return 0.0, 1.0
    p = right / n
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return middle - half, middle + half


def numbers(text: str) -> list[float]:
    found = re.findall(r"\d[\d,]*\.?\d*(?:[eE][-+]?\d+)?|\.\d+", text.replace("\\.", "."))
    return [float(x.replace(",", "").rstrip(".")) for x in found]


def loose(text: Any) -> str:
    return re.sub(r"[^a-z0-9\u4e00-\u9fff]", "", str(text).lower())


_METRICS = {
    "top1accuracy": "accuracy",
    "map0.5:0.95": "map",
    "boxap": "map",
    "ap": "map",
    "map0.5": "map50",
    "meanaverageprecision": "map",
    "f1score": "f1",
    "worderrorrate": "wer",
    "maskmap": "maskap",
    "meaniou": "miou",
    "exactmatch": "em",
    "top1": "accuracy",
    "averageprecision": "map",
    "map5095": "map",
}


def metric_key(text: Any) -> str:
    key = re.sub(r"[^a-z0-9.:]", "", str(text).lower())
    return _METRICS.get(key, _METRICS.get(loose(text), loose(text)))


def same_name(kind: str, mine: Any, gold: dict[str, Any]) -> bool:
    accepted = [gold["value"], *gold.get("also", ()), gold.get("text", "")]
    if kind == "metric" and any(metric_key(mine) == metric_key(a) for a in accepted):
        return True
    a = loose(mine)
    try:
        from ingest.normalize import resolve  # type: ignore[attr-defined]

        own = loose(resolve(kind, str(mine)).name)
        if any(own == loose(resolve(kind, str(x)).name) for x in accepted):
            return True
    except Exception:  # the aliases are not there yet
        pass
    if kind == "metric":
        return False
    return any(a and b and (a == b or a in b or b in a) for b in map(loose, accepted))


#: Operations are annotated as stated, with their unit.
_UNITS = {"g": 1e9, "m": 1e6, "t": 1e12, "k": 1e3}


def same_number(mine: Any, gold: dict[str, Any]) -> bool:
    factor = _UNITS.get(
        str(gold.get("unit", "")).lower().removesuffix("macs").removesuffix("flops").strip(), 1
    )
    values = [gold["value"], *gold.get("also", ())]
    values += [float(v) * factor for v in values]
    return any(abs(float(mine) - float(v)) <= max(1e-9, 2e-3 * abs(float(v))) for v in values)


def families(gold: list[str]) -> set[str]:
    return {_FAMILY.get(m, m) for m in gold}


class Score:
    def __init__(self) -> None:
        self.fields: dict[str, Counter[str]] = defaultdict(Counter)
        self.results: Counter[str] = Counter()
        self.wrong: list[str] = []

    def add(self, state: str, field: str, right: bool, note: str) -> None:
        self.fields[state][f"{field} {'right' if right else 'wrong'}"] += 1
        if not right:
            self.wrong.append(f"[{state}] {note}")


def score_document(gold: dict[str, Any], mine: list[dict[str, Any]], score: Score) -> None:
    windows = gold.get("windows")
    if windows:
        mine = [m for m in mine if any(a <= m["locator"]["line"] <= b for a, b in windows)]
    mine = [m for m in mine if not m["per_layer"]]
    buckets: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for m in mine:
        buckets[m["locator"]["line"]].append(m)
    used: set[int] = set()
    name = gold["path"]
    for r in gold["results"]:
        found = best(r, [m for m in buckets.get(r["anchor"]["line"], []) if id(m) not in used])
        if found is None:
            if not r.get("optional"):
                score.results["missed"] += 1
                score.wrong.append(
                    f"[missed] {name}:{r['anchor']['line']} {r['anchor']['text']!r} {_short(r)}"
                )
            continue
        used.add(id(found))
        state = found["state"]
        if not r.get("optional"):
            score.results[f"found {state}"] += 1
        compare(name, r, found, score)
    for m in mine:
        if id(m) not in used:
            score.results[f"false {m['state']}"] += 1
            at = m["locator"]
            score.wrong.append(
                f"[false {m['state']}] {name}:{at['line']} {at['text']!r} {m['model']} {m['metric']} {m['method_text']}"
            )


def _short(r: dict[str, Any]) -> str:
    f = r["fields"]
    return " ".join(str(f[k]["value"]) for k in ("model", "dataset", "metric", "method") if k in f)


def best(r: dict[str, Any], candidates: list[dict[str, Any]]) -> dict[str, Any] | None:
    wanted = set(numbers(r["anchor"]["text"]))
    fitting = []
    for m in candidates:
        if not wanted & set(numbers(m["locator"]["text"])):
            continue
        points = 0.0
        f = r["fields"]
        for kind in ("metric", "dataset", "model"):
            if kind in f and m[kind]:
                points += 2 if same_name(kind, m[kind], f[kind]) else -1
            elif (kind in f) != bool(m[kind]) and kind == "metric":
                points -= 3
        if "after" in f and m["after"] is not None:
            same = same_number(m["after"], f["after"]) or same_number(m["after"] * 100, f["after"])
            points += 4 if same else -4
        if r["anchor"].get("column") == m["locator"]["column"]:
            points += 1
        fitting.append((points, m))
    return max(fitting, key=lambda p: p[0])[1] if fitting else None


#: Scores of text that some print as fractions and some times 100; the catalogue takes fractions.
_TIMES_100 = ("bleu", "rouge")


def elsewhere(m: dict[str, Any], field: str) -> bool:
    """Whether the value is of the source's declaration or of another document, which no annotator saw."""
    told = m["fields"].get(field) or m["fields"].get({"before": "before.quality"}.get(field, ""), {})
    return told.get("origin") in ("declaration", "sibling") or " @ table " in str(told.get("raw"))


def compare(name: str, r: dict[str, Any], m: dict[str, Any], score: Score) -> None:
    gold, uncertain, state = r["fields"], set(r.get("uncertain", ())), m["state"]
    where = f"{name}:{r['anchor']['line']} {r['anchor']['text']!r}"
    for field in NUMBERS:
        if field in uncertain:
            continue
        if m[field] is not None and field in gold:
            right = same_number(m[field], gold[field])
            if field in ("before", "after") and loose(gold.get("metric", {}).get("value")).startswith(
                _TIMES_100
            ):
                right = right or same_number(m[field] * 100, gold[field])
            score.add(state, field, right, f"{where} {field}: {m[field]} is {gold[field]['value']}")
        elif m[field] is not None and elsewhere(m, field):
            score.fields[state][f"{field} elsewhere"] += 1
        elif m[field] is not None:
            score.add(state, field, False, f"{where} {field}: {m[field]} is not stated")
        elif field in gold:
            score.fields[state][f"{field} absent"] += 1
            score.wrong.append(f"[absent {state}] {where} {field}: {gold[field]['value']}")
    for field in NAMES:
        if field in uncertain and not (field == "metric" and field in gold):
            continue
        if m[field] and field in gold:
            right = same_name(field, m[field], gold[field])
            score.add(state, field, right, f"{where} {field}: {m[field]!r} is {gold[field]['value']!r}")
        elif m[field] and field in LOOSE:
            score.fields[state][f"{field} extra"] += 1
        elif m[field] and elsewhere(m, field):
            score.fields[state][f"{field} elsewhere"] += 1
        elif m[field]:
            score.add(state, field, False, f"{where} {field}: {m[field]!r} is not stated")
        elif field in gold:
            score.fields[state][f"{field} absent"] += 1
            score.wrong.append(f"[absent {state}] {where} {field}: {gold[field]['value']}")
    if "method" in gold and "method" not in uncertain:
        own = {s["family"] for s in m["method"]}
        right = own == families(gold["method"]["value"])
        score.add(
            state,
            "method",
            right,
            f"{where} method: {m['method']} ({m['method_text']}) is {gold['method']['value']}",
        )
    for field in ("weight_bits", "activation_bits"):
        if field in gold and field not in uncertain:
            own_bits = next((s[field] for s in m["method"] if field in s), None)
            if own_bits is None:
                score.fields[state][f"{field} absent"] += 1
            else:
                score.add(
                    state,
                    field,
                    own_bits == gold[field]["value"],
                    f"{where} {field}: {own_bits} is {gold[field]['value']}",
                )


def report(score: Score, show: int) -> None:
    found = sum(n for k, n in score.results.items() if k.startswith("found"))
    missed = score.results["missed"]
    low, _ = wilson(found, found + missed)
    print(
        f"results: {found} of {found + missed} found, recall {found / max(1, found + missed):.4f} (>= {low:.4f}); {dict(score.results)}"
    )
    for state, counts in sorted(score.fields.items()):
        right = sum(n for k, n in counts.items() if k.endswith("right"))
        wrong = sum(n for k, n in counts.items() if k.endswith("wrong"))
        low, _ = wilson(right, right + wrong)
        print(
            f"{state}: fields {right} of {right + wrong} right, precision {right / max(1, right + wrong):.4f} (>= {low:.4f})"
        )
        other = sum(n for k, n in counts.items() if k.endswith("elsewhere"))
        if other:
            low, _ = wilson(right, right + wrong + other)
            share = right / max(1, right + wrong + other)
            print(
                f"   {other} are declared or joined and not in the document; as wrong: {share:.4f} (>= {low:.4f})"
            )
        names = sorted({k.rsplit(" ", 1)[0] for k in counts})
        print(
            "   "
            + "; ".join(
                f"{n} {counts[n + ' right']}/{counts[n + ' right'] + counts[n + ' wrong']}"
                + (f" absent {counts[n + ' absent']}" if counts[n + " absent"] else "")
                + (f" extra {counts[n + ' extra']}" if counts[n + " extra"] else "")
                for n in names
            )
        )
    for line in score.wrong[:show]:
        print("  ", line)


def siblings(path: Path, source: Path) -> list[Path]:
    """What the document may take a base from: small sources whole, else the same name in folders beside it."""
    every = [p for p in source.rglob("*") if p.is_file()]
    if len(every) <= 30:
        return sorted(every)
    beside = (
        path.parent.parent.glob(f"*/{path.name}") if "tflite" in str(path) else path.parent.glob("*.yaml")
    )
    return sorted(beside)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", nargs="?", default=str(Path(__file__).parent / "tune"))
    parser.add_argument("--corpus", required=True, help="folder that holds raw/")
    parser.add_argument("--show", type=int, default=0, help="how many differences are printed")
    parser.add_argument("--only", default="", help="documents whose path contains this")
    parser.add_argument("--undeclared", action="store_true", help="without any source's declaration")
    given = parser.parse_args()
    from ingest._extract import extract

    root = Path(given.corpus) / "raw"
    total = Score()
    documents = [json.loads(p.read_text("utf-8")) for p in sorted(Path(given.folder).glob("*.json"))]
    by_source: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for gold in documents:
        if given.only in gold["document"]:
            by_source[gold["document"].split("/")[1]].append(gold)
    for golds in by_source.values():
        paths: dict[Path, None] = {}
        for gold in golds:
            path = Path(given.corpus) / gold["document"]
            paths |= dict.fromkeys([path, *siblings(path, root / golds[0]["document"].split("/")[1])])
        lines = [
            x
            for x in extract(list(paths), source="" if given.undeclared else None, root=root)
            if isinstance(x, dict)
        ]
        part = Score()
        for gold in golds:
            own = gold["document"].split("/", 2)[2]
            score_document(gold, [x for x in lines if x["path"] == own], part)
        print(f"== {golds[0]['document'].split('/')[1]}")
        report(part, given.show)
        total.results.update(part.results)
        for state, counts in part.fields.items():
            total.fields[state].update(counts)
    print("== all")
    report(total, 0)


if __name__ == "__main__":
    main()
