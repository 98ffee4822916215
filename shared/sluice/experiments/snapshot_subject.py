"""What snapshots are stored under. Apart, for functions that look for one and find none."""


def subject_of(model: str) -> str:
    """What a model's snapshot is stored under."""
    return f"model:{model}"
