"""What was measured, by whom, and whether it teaches."""

from kg_service.evidence._check import check
from kg_service.evidence._documents import LARGEST_DOCUMENT
from kg_service.evidence._files import import_evidence, read_results, write_results
from kg_service.evidence._identity import result_id
from kg_service.evidence._repository import EvidenceRepository

__all__ = [
    "LARGEST_DOCUMENT",
    "EvidenceRepository",
    "check",
    "import_evidence",
    "read_results",
    "result_id",
    "write_results",
]
