"""``python -m kg_service.server``."""

import sys

from kg_service.server._main import main

if __name__ == "__main__":
    sys.exit(main())
