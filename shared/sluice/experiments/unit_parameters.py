"""How a request's parameters name a unit. Apart, because records mask them in functions that know no experiments."""

UNIT = "sluice_unit"
UNIT_TYPE = "sluice_unit_type"
ATTRIBUTE_PREFIX = "sluice_attr_"
