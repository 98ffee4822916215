"""The evaluation of flags, wired when the first client asks for one."""

from starlette.types import ASGIApp

from functions.control.settings import ControlSettings
from sluice.errors import Unsupported


def no_flags() -> ASGIApp:
    """What a control function without tables for them answers: raises Unsupported."""
    raise Unsupported("flags are not set up here: SLUICE_EXPERIMENTS_TABLE and SLUICE_UNITS_TABLE name no tables")


def wire_flags(settings: ControlSettings) -> ASGIApp:
    """The application over the tables that the settings name. Raises Unsupported where they name none."""
    if not settings.experiments_table or not settings.units_table:
        return no_flags()

    from functions.control.flag_evaluation import FlagSurroundings, build_ofrep_app
    from sluice.adapters.experiment_stores import stores_in_time
    from sluice.adapters.stdout_records import write_line

    budget_ms = settings.unit_state_budget_ms
    stores = stores_in_time(settings.experiments_table, settings.units_table, unit_budget_ms=budget_ms)
    return build_ofrep_app(settings, FlagSurroundings(*stores, write_line))
