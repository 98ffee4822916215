"""Durations for a person."""


def shown_duration(seconds: int) -> str:
    """`2 h 05 min`, `5 min`, or `40 s` where it is less than a minute."""
    minutes = seconds // 60
    if not minutes:
        return f"{seconds} s"
    return f"{minutes // 60} h {minutes % 60:02} min" if minutes >= 60 else f"{minutes} min"
