"""What was measured, by whom, and whether it teaches."""

from kg_service.evidence._check import check
from kg_service.evidence._documents import LARGEST_DOCUMENT
from kg_service.evidence._files import import_evidence
from kg_service.evidence._identity import result_id
from kg_service.evidence._lines import read_results, write_results
from kg_service.evidence._repository import EvidenceRepository
from kg_service.evidence._shipped import shipped_files, write_literature

__all__ = [
    "LARGEST_DOCUMENT",
    "EvidenceRepository",
    "check",
    "import_evidence",
    "read_results",
    "result_id",
    "shipped_files",
    "write_literature",
    "write_results",
]
