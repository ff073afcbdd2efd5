"""Record anew what the site does: `.venv/bin/python -m tests.golden.record [NAME …]`."""

import os
import sys

import pytest

from tests.golden.test_golden import RECORD, SITES

if __name__ == "__main__":
    os.environ[RECORD] = "yes"
    test = "tests/golden/test_golden.py::test_nothing_has_changed"
    chosen = [f"{test}[{name}-{kind}]" for name in sys.argv[1:] for kind in SITES]
    sys.exit(pytest.main(["--quiet", *(chosen or [test])]))
