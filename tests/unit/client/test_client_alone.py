"""The client brings nothing with it: no other part of Sluice, and no package for tables."""

import subprocess
import sys

PROGRAM = """
import sys
import sluice.client
foreign = {"pandas", "pyarrow", "fastapi", "pydantic", "boto3", "onnxruntime", "aws_lambda_powertools"}
ours = {name for name in sys.modules if name.startswith("sluice.") and not name.startswith("sluice.client")}
print(sorted(ours | foreign & sys.modules.keys()))
"""


def test_nothing_else_is_loaded() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
