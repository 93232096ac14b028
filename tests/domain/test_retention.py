"""How long records are kept (domain rule R7; 21 CFR 1271.270(d))."""

from datetime import date

import pytest

from qc_service.domain.retention import retention_until


def test_r7_thirty_years_after_the_latest_event() -> None:
    assert retention_until([date(2027, 3, 1), None, date(2027, 10, 31)]) == date(2057, 10, 31)


def test_r7_another_period_of_at_least_ten_years() -> None:
    assert retention_until([date(2027, 3, 1)], years=10) == date(2037, 3, 1)
    with pytest.raises(ValueError, match="at least 10 years"):
        retention_until([date(2027, 3, 1)], years=9)


def test_r7_a_leap_day_is_never_a_day_short() -> None:
    assert retention_until([date(2028, 2, 29)]) == date(2058, 3, 1)


def test_r7_the_time_has_not_begun_while_nothing_happened() -> None:
    assert retention_until([None, None]) is None
