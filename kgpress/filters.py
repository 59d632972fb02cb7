"""What evidence can be filtered by, for every shell and screen that offers it."""

#: Texts of ``SearchEvidenceRequest``.
TEXTS = (
    "source",
    "model",
    "dataset",
    "method",
    "metric",
    "family",
    "domain",
    "hardware",
    "runtime",
    "reason",
    "path",
)
