"""Print why Docker cannot run here, and exit with 75; print nothing if it can.

`scripts/test --containers` asks first. Any other fault ends with another code.
"""

from __future__ import annotations

import os
import sys

from tests.containers.deployment import CannotRun, check_docker_runs

try:
    check_docker_runs()
except CannotRun as reason:
    print(reason)
    sys.exit(os.EX_TEMPFAIL)
