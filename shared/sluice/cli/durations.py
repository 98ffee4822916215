"""Durations for a person."""


def shown_duration(seconds: int) -> str:
    """`2 h 05 min`, to the minute; what is less than one, in seconds."""
    minutes, rest = divmod(seconds, 60)
    return f"{minutes // 60} h {minutes % 60:02} min" if minutes else f"{rest} s"
