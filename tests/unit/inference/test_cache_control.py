"""What Cache-Control may ask of the result cache."""

import pytest

from sluice.inference.cache_control import ANYTHING, CacheWish, cache_wish_of


@pytest.mark.parametrize(
    ("header", "wish"),
    [
        ("", ANYTHING),
        ("no-cache", CacheWish(may_find=False)),
        ("no-store", CacheWish(may_find=False, may_keep=False)),
        ("No-Store , no-cache", CacheWish(may_find=False, may_keep=False)),
        ("max-age=30", CacheWish(max_age_seconds=30)),
        ('max-age="0"', CacheWish(max_age_seconds=0)),
        ("max-age=60, max-age=5", CacheWish(max_age_seconds=5)),
        ("max-age=-1, max-age=soon, only-if-cached, x=no-cache", ANYTHING),
    ],
)
def test_each_directive_means_what_the_rfc_says_and_others_mean_nothing(header: str, wish: CacheWish) -> None:
    assert cache_wish_of(header) == wish
