"""The root of the command tree: turns every expected error into one sentence and an exit code."""

import json
from typing import Any

import typer
from typer.core import TyperGroup

from sluice.cli.exit_codes import exit_code_of
from sluice.cli.output import say
from sluice.errors import AliasRefused, NotAvailable, SluiceError

_JSON_WANTED = "sluice.json"


def remember_json(ctx: typer.Context, wanted: bool) -> bool:
    """Callback of `--json`: errors are reported in the same form as data."""
    ctx.meta[_JSON_WANTED] = wanted
    return wanted


class ReportingGroup(TyperGroup):
    """Catches what a command raises on purpose; a defect stays a traceback with exit code 1."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command. Raises typer.Exit with the code of the error."""
        try:
            return super().invoke(ctx)
        except SluiceError as error:
            expected = error
        except Exception as error:
            if not _is_from_aws(error):
                raise
            expected = NotAvailable(f"AWS: {error}")
        _report(expected, as_json=ctx.meta.get(_JSON_WANTED, False))
        raise typer.Exit(exit_code_of(expected))


def _is_from_aws(error: Exception) -> bool:
    """No credentials, no region, no route: told by where the class lives, for importing botocore takes 0.2 s."""
    return type(error).__module__.partition(".")[0] in {"botocore", "boto3"}


def _report(error: SluiceError, *, as_json: bool) -> None:
    code = error.code if isinstance(error, AliasRefused) else type(error).__name__
    say(json.dumps({"error": str(error), "code": code}, ensure_ascii=False) if as_json else f"Error: {error}")
