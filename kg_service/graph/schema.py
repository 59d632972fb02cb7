"""What the graph holds: labels, keys, properties and relations, described once.

Migrations make the keys unique, ``docs/graph.md`` is written from here, and export, import and the
content hash walk these tables.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Property:
    """A property of a node or relation. ``type`` is the Cypher type."""

    name: str
    type: str
    description: str


@dataclass(frozen=True)
class NodeType:
    """A label. ``operational`` nodes are bookkeeping of one installation: never exported, never hashed."""

    label: str
    key: str
    description: str
    properties: tuple[Property, ...]
    operational: bool = False


@dataclass(frozen=True)
class RelationType:
    """A relation from ``start`` to ``end``. ``name`` is its name in the source design, if any."""

    type: str
    start: str
    end: str
    description: str
    name: str = ""
    properties: tuple[Property, ...] = ()


def _p(name: str, type_: str, description: str) -> Property:
    return Property(name, type_, description)


_NAME = _p("name", "STRING", "Its name in the catalogue or in the evidence.")
#: What is known of a name that documents write in several ways.
_ENTITY = (
    _NAME,
    _p("aliases", "LIST<STRING>", "Other names of the same thing."),
    _p("reviewed", "BOOLEAN", "Whether somebody has looked at the name; absent or false: proposed."),
)

NODES: tuple[NodeType, ...] = (
    NodeType("Domain", "name", "What the data is of, for example time series.", (_NAME,)),
    NodeType("Task", "name", "What the model does, for example image classification.", (_NAME,)),
    NodeType("ApplicationArea", "name", "Where it is used, for example medical.", (_NAME,)),
    NodeType("CompressionType", "name", "A family of methods, for example pruning.", (_NAME,)),
    NodeType(
        "CompressionMethod",
        "label",
        "C_k: a kind of compression that can be executed.",
        (
            _p("label", "STRING", "For example C2."),
            _p("name", "STRING", "For example L1-norm filter pruning."),
            _p("description", "STRING", "What it does, in one sentence."),
            _p("executable", "BOOLEAN", "Whether this version can execute it."),
            _p("stage", "STRING", "structure, weights, precision or coding: the order within a strategy."),
            _p("precision", "STRING", "Precision that the hardware must support."),
            _p("sparsity", "BOOLEAN", "Whether it needs hardware that profits from zeros."),
            _p("needs", "LIST<STRING>", "What must be given: training data, labels."),
            _p("source", "STRING", "Where the method is from."),
        ),
    ),
    NodeType("Technique", "name", "TE_n: the idea that methods rest on, for example APoZ.", (_NAME,)),
    NodeType(
        "Hyperparameter",
        "id",
        "HP_i of one method.",
        (
            _p("id", "STRING", "For example C2.ratio."),
            _p("name", "STRING", "For example ratio."),
            _p("term", "STRING", "For example pruning ratio."),
            _p("type", "STRING", "float, integer or choice."),
            _p("minimum", "FLOAT", "Smallest value allowed."),
            _p("maximum", "FLOAT", "Largest value allowed."),
            _p("choices", "LIST<STRING>", "Values allowed of a choice."),
            _p("default", "STRING", "The value when none is given."),
            _p("description", "STRING", "What it sets."),
        ),
    ),
    NodeType(
        "Setting",
        "id",
        "S_ij: a hyperparameter with its value.",
        (
            _p("id", "STRING", "For example C2.ratio=0.7; a published gap is C2.ratio=?."),
            _p("value", "STRING", "The value as a strategy's text prints it."),
            _p("number", "FLOAT", "The value, where it is a number."),
        ),
    ),
    NodeType(
        "Strategy",
        "id",
        "C_k P_km: steps in order, each a method with its settings.",
        (
            _p("id", "STRING", "Hash of methods and resolved settings."),
            _p("text", "STRING", "For example C2(ratio=0.7,epochs=20) > C4(bits=8)."),
            _p("catalogue_version", "STRING", "Of the catalogue that resolved the settings."),
            _p("in_action_space", "BOOLEAN", "Whether it can be recommended."),
            _p("fully_set", "BOOLEAN", "False where a publication leaves settings open."),
            _p("settings_json", "STRING", "Resolved steps as JSON."),
        ),
    ),
    NodeType(
        "Step",
        "id",
        "One position of a strategy; order matters.",
        (
            _p("id", "STRING", "Strategy id, #, position."),
            _p("position", "INTEGER", "0 is executed first."),
        ),
    ),
    NodeType(
        "Hardware",
        "name",
        "A device.",
        (
            _NAME,
            _p("kind", "STRING", "cpu, gpu, npu or mcu."),
            _p("chipset", "STRING", "For example Arm Cortex-M7."),
            _p("precisions", "LIST<STRING>", "Supported: fp32, fp16, int8, mixed."),
            _p("sparsity", "BOOLEAN", "Whether zeros make it faster."),
            _p("ram_bytes", "INTEGER", "Absent where it does not limit."),
            _p("flash_bytes", "INTEGER", "Absent where it does not limit."),
            _p("runtime", "STRING", "What runs the model there."),
            _p("source", "STRING", "Where these facts are from."),
            *_ENTITY[1:],
        ),
    ),
    NodeType("Runtime", "name", "What executes a model on a device, for example ONNX Runtime.", _ENTITY),
    NodeType(
        "Fact",
        "id",
        "Something known of a model, data set, device or runtime, with its source.",
        (
            _p("id", "STRING", "Hash of the entity, the fact and where it stands."),
            _p("name", "STRING", "parameters, macs, size_bytes, input, family or year."),
            _p("number", "FLOAT", "The value, where it is a number."),
            _p("text", "STRING", "The value, where it is text."),
            _p("locator", "STRING", "The exact place, as JSON."),
        ),
    ),
    NodeType(
        "Metric",
        "name",
        "A measure of quality.",
        (
            _NAME,
            _p("direction", "STRING", "higher or lower: which is better."),
            _p("fraction", "BOOLEAN", "Whether values lie in 0..1."),
        ),
    ),
    NodeType("Model", "name", "An architecture.", _ENTITY),
    NodeType("ModelFamily", "name", "Architectures of one kind, for example ResNet.", (_NAME,)),
    NodeType(
        "ModelProfile",
        "id",
        "What is known of one model file.",
        (
            _p("id", "STRING", "SHA-256 of the file."),
            _p("trainable_parameters", "INTEGER", "Counted on the standardized model."),
            _p("layers", "INTEGER", "Counted on the standardized model."),
            _p("macs", "INTEGER", "Multiply-accumulate operations of one sample."),
            _p("size_bytes", "INTEGER", "Of the file."),
            _p("quality", "FLOAT", "Of the base model on validation data."),
        ),
    ),
    NodeType("Dataset", "name", "A data set.", _ENTITY),
    NodeType(
        "DatasetProfile",
        "id",
        "What is known of one set of arrays.",
        (
            _p("id", "STRING", "SHA-256 of the arrays."),
            _p("classes", "INTEGER", "Number of classes."),
            _p("train_rows", "INTEGER", "Rows given for training."),
            _p("channels", "INTEGER", "Channels of the input."),
        ),
    ),
    NodeType(
        "ReferenceResult",
        "id",
        "One measured outcome, named by where it stands. Never changed, only superseded.",
        (
            _p("id", "STRING", "SHA-256 of the locator."),
            _p("state", "STRING", "proposed, accepted, rejected, quarantined, superseded or layer_point."),
            _p("reasons", "LIST<STRING>", "Why it is not accepted."),
            _p("kind", "STRING", "run (measured by a worker) or cell (published)."),
            _p("private", "BOOLEAN", "Stays out of any export."),
            _p("cluster", "STRING", "Copies of one measurement share it."),
            _p("job", "STRING", "Of an own run."),
            _p("submitted_at", "STRING", "ISO 8601, UTC; datetime(r.submitted_at) reads it."),
            _p("added", "INTEGER", "Graph revision that brought it."),
            _p("revision", "INTEGER", "Graph revision of its last change."),
            _p("review", "STRING", "Id of the last decision on it, if any."),
            _p("curators", "LIST<STRING>", "Whose decisions on it stand."),
            _p("conflict", "BOOLEAN", "Whether curators disagree on it; absent: no."),
            _p("read_state", "STRING", "The state that it had before any review, where it was reviewed."),
            _p("read_reasons", "LIST<STRING>", "The reasons that it had before any review."),
            _p("replaced", "BOOLEAN", "Whether a newer version of its document superseded it."),
            _p("document", "STRING", "SHA-256 of the document, of a published result."),
            _p("path", "STRING", "Path of the document in its source."),
            _p("locator", "STRING", "The exact place, as JSON."),
            _p("payload", "STRING", "The kgpress.v1.ReferenceResult without its reading, base64."),
        ),
    ),
    NodeType(
        "Interpretation",
        "id",
        "What a result is read to mean; another reading is another version.",
        (
            _p("id", "STRING", "Result id, #, version."),
            _p("version", "INTEGER", "1 is the first reading."),
            _p("current", "BOOLEAN", "Whether this reading counts."),
            _p("rules", "STRING", "Version of the reading rules."),
            _p("corrected", "BOOLEAN", "Whether a curator corrected it; absent: no."),
            _p("curator", "STRING", "Who corrected it."),
            _p("model", "STRING", "Name of the model."),
            _p("family", "STRING", "The model's family."),
            _p("dataset", "STRING", "Name of the data set."),
            _p("domain", "STRING", "Of the data set."),
            _p("task", "STRING", "Of the data set."),
            _p("hardware", "STRING", "Name of the device."),
            _p("runtime", "STRING", "What ran the model."),
            _p("strategy", "STRING", "Canonical text of the strategy."),
            _p("methods", "LIST<STRING>", "Labels of its methods."),
            _p("types", "LIST<STRING>", "Compression types of its methods."),
            _p("per_layer", "BOOLEAN", "Whether one layer alone was compressed; absent: no."),
            _p("layer", "STRING", "Which layer that was."),
            _p("metric", "STRING", "Name of the metric."),
            _p("split", "STRING", "validation, test or unknown."),
            _p("quality_before", "FLOAT", "Of the base model; a fraction where the metric is one."),
            _p("quality_after", "FLOAT", "Of the compressed model."),
            _p("size_bytes_before", "INTEGER", "Of the base file."),
            _p("size_bytes_after", "INTEGER", "Of the compressed file."),
            _p("parameters_before", "INTEGER", "Of the base model."),
            _p("parameters_after", "INTEGER", "Of the reloaded compressed model."),
            _p("nonzero_parameters_after", "INTEGER", "Parameters that are not zero."),
            _p("macs_before", "INTEGER", "Of one sample."),
            _p("macs_after", "INTEGER", "Of one sample."),
            _p("latency_ms_before", "FLOAT", "Milliseconds of one sample."),
            _p("latency_ms_after", "FLOAT", "Milliseconds of one sample."),
            _p("throughput_per_s_before", "FLOAT", "Samples in a second."),
            _p("throughput_per_s_after", "FLOAT", "Samples in a second."),
            _p("memory_bytes_before", "INTEGER", "Working memory of the base model."),
            _p("memory_bytes_after", "INTEGER", "Working memory of the compressed model."),
            _p("confidence", "FLOAT", "0..1: how sure the reading is."),
            _p("digest", "STRING", "SHA-256 of the payload."),
            _p("payload", "STRING", "The kgpress.v1.Interpretation, base64."),
        ),
    ),
    NodeType(
        "Source",
        "id",
        "A paper, document, data set of results, or own runs.",
        (
            _p("id", "STRING", "Hash of kind, name, version and url."),
            _p("name", "STRING", "For example JJGO/shrinkbench."),
            _p("kind", "STRING", "paper, document, dataset or own_run."),
            _p("url", "STRING", "Where it is."),
            _p("version", "STRING", "Which state of it."),
            _p("licence", "STRING", "What it may be used for."),
            _p("title", "STRING", "As published."),
            _p("year", "INTEGER", "As published."),
            _p("precision", "FLOAT", "Share of hand-checked results that were read rightly, if measured."),
            _p("checked", "INTEGER", "How many were checked by hand."),
            _p("trusted_by", "STRING", "Who declared it trusted."),
            _p("trusted_at", "STRING", "When: ISO 8601, UTC."),
        ),
    ),
    NodeType(
        "Review",
        "id",
        "A curator's decision on a result.",
        (
            _p("id", "STRING", "Random."),
            _p("decision", "STRING", "accept, reject, quarantine, supersede, correct or withdraw."),
            _p("number", "INTEGER", "Its place among the decisions on the result, from 1."),
            _p("version", "INTEGER", "The interpretation that it is about, or that a correction made."),
            _p("curator", "STRING", "Who decided."),
            _p("note", "STRING", "Why."),
            _p("decided_at", "STRING", "ISO 8601, UTC."),
        ),
    ),
    NodeType(
        "Job",
        "id",
        "A unit of work: verify, profile or compress.",
        (_p("id", "STRING", "Random."), _p("state", "STRING", "Where it stands.")),
        operational=True,
    ),
    NodeType(
        "Snapshot",
        "version",
        "A trained predictor.",
        (
            _p("version", "STRING", "Its name: SHA-256 of its content."),
            _p("parent", "STRING", "The snapshot that its training started from, or empty."),
            _p("graph_revision", "INTEGER", "Of the graph that was trained on."),
            _p("graph_hash", "STRING", "Of the graph that was trained on."),
            _p("trained_at", "STRING", "ISO 8601, UTC."),
            _p("results", "INTEGER", "Results that it learned from."),
        ),
        operational=True,
    ),
    NodeType(
        "Migration",
        "version",
        "A change of the schema that this graph has seen.",
        (
            _p("version", "INTEGER", "Number of the file."),
            _p("name", "STRING", "Name of the file."),
            _p("checksum", "STRING", "SHA-256 of the file."),
            _p("state", "STRING", "running or done."),
            _p("applied_at", "STRING", "ISO 8601, UTC."),
        ),
        operational=True,
    ),
    NodeType(
        "GraphState",
        "id",
        "One node: counters of this graph.",
        (
            _p("id", "STRING", "Always graph."),
            _p("revision", "INTEGER", "Writing transactions of evidence and catalogue so far."),
            _p("catalogue_version", "STRING", "Of the catalogue that is loaded."),
        ),
        operational=True,
    ),
)

RELATIONS: tuple[RelationType, ...] = (
    RelationType("HAS_METHOD", "Strategy", "CompressionMethod", "Derived from its steps.", "R1"),
    RelationType("HAS_SETTING", "Strategy", "Setting", "Derived from its steps.", "R2"),
    RelationType("HAS_HYPERPARAMETER", "CompressionMethod", "Hyperparameter", "Its own ones.", "R3"),
    RelationType("HAS_TECHNIQUE", "CompressionMethod", "Technique", "What it rests on.", "R4"),
    RelationType("HAS_VALUE", "Hyperparameter", "Setting", "Values on the grid or in evidence.", "R5"),
    RelationType("HAS_STEP", "Strategy", "Step", "Ordered by Step.position."),
    RelationType("STEP_METHOD", "Step", "CompressionMethod", "What this step does."),
    RelationType("STEP_SETTING", "Step", "Setting", "How this step is set."),
    RelationType("OF_TYPE", "CompressionMethod", "CompressionType", "The family of the method."),
    RelationType(
        "RUNS_ON",
        "CompressionMethod",
        "Hardware",
        "Its result can run there.",
        properties=(
            _p("precision", "STRING", "Precision that the hardware must support."),
            _p("sparsity", "BOOLEAN", "Whether it needs hardware that profits from zeros."),
        ),
    ),
    RelationType("APPLIES_TO", "CompressionMethod", "Domain", "Where it is known to work."),
    RelationType("IN_DOMAIN", "Task", "Domain", "The domain of the task."),
    RelationType("USES", "ApplicationArea", "Domain", "Where known."),
    RelationType("INTERPRETED_AS", "ReferenceResult", "Interpretation", "All readings."),
    RelationType("FROM_SOURCE", "ReferenceResult", "Source", "Where it was published or measured."),
    RelationType("HAS_REVIEW", "ReferenceResult", "Review", "Decisions on it."),
    RelationType("SUPERSEDED_BY", "ReferenceResult", "ReferenceResult", "What took its place."),
    RelationType("OF_STRATEGY", "Interpretation", "Strategy", "What was executed."),
    RelationType("ON_MODEL", "Interpretation", "Model", "On which architecture."),
    RelationType("ON_DATASET", "Interpretation", "Dataset", "On which data."),
    RelationType("ON_HARDWARE", "Interpretation", "Hardware", "Where latency was measured."),
    RelationType("ON_RUNTIME", "Interpretation", "Runtime", "What ran the model."),
    RelationType("MEASURES", "Interpretation", "Metric", "What quality means."),
    RelationType("OF_MODEL_PROFILE", "Interpretation", "ModelProfile", "Of an own run."),
    RelationType("OF_DATASET_PROFILE", "Interpretation", "DatasetProfile", "Of an own run."),
    RelationType("OF_FAMILY", "Model", "ModelFamily", "Where known."),
    RelationType("HAS_FACT", "Model", "Fact", "What is known of it."),
    RelationType("HAS_FACT", "Dataset", "Fact", "What is known of it."),
    RelationType("HAS_FACT", "Hardware", "Fact", "What is known of it."),
    RelationType("HAS_FACT", "Runtime", "Fact", "What is known of it."),
    RelationType("FROM_SOURCE", "Fact", "Source", "Where it was published."),
    RelationType("IN_DOMAIN", "Dataset", "Domain", "Where known."),
    RelationType("FOR_TASK", "Dataset", "Task", "Where known."),
)

NODE_BY_LABEL: dict[str, NodeType] = {node.label: node for node in NODES}
CONTENT_LABELS: tuple[str, ...] = tuple(node.label for node in NODES if not node.operational)
CONTENT_RELATIONS: tuple[str, ...] = tuple(dict.fromkeys(relation.type for relation in RELATIONS))

#: Counters that differ between installations with the same content.
LOCAL_PROPERTIES = frozenset({"added", "revision"})
#: What plays no part in the content hash: counters; when a result came; what a digest stands for.
UNHASHED_PROPERTIES = LOCAL_PROPERTIES | {"submitted_at", "payload"}
