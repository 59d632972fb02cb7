from __future__ import annotations

import pytest

from kg_service.predictor import Snapshot
from tests import recommender_data


@pytest.fixture
def taught() -> Snapshot:
    return recommender_data.taught()
