"""``python -m kg_service.server``."""

import sys

from kg_service.server._main import main

sys.exit(main())
