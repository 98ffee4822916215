"""What AWS Lambda charges, for the cost graph of a dashboard. `sluice cost estimate` has the whole table."""

from typing import Final

from infra.declarations.environment import Architecture

USD_PER_GB_SECOND: Final = {Architecture.ARM64: 0.0000133334, Architecture.X86_64: 0.0000166667}
USD_PER_REQUEST: Final = 0.0000002
AS_OF: Final = "us-east-1, September 2026, first tier"
