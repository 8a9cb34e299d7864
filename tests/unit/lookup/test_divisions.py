"""Places by their six digits."""

import pytest

from credit_service.lookup.divisions import name_division


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("410102", "河南省郑州市中原区"),
        ("110101", "北京市东城区"),
        ("440203", "广东省韶关市武江区"),
        ("410100", "河南省郑州市"),
        ("410000", "河南省"),
        ("990101", ""),
        ("000000", ""),
        ("41010", ""),
        ("", ""),
        ("４１０１０２", ""),
    ],
)
def test_a_code_has_the_name_of_its_place(code: str, name: str):
    assert name_division(code) == name
