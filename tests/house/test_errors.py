import inspect

import pytest

from credit_service import errors
from credit_service.cli.output import EXIT_CODES, exit_code
from credit_service.web.errors import HTTP_STATUS

LEAVES = [
    cls
    for _, cls in inspect.getmembers(errors, inspect.isclass)
    if issubclass(cls, errors.CreditServiceError) and not cls.__subclasses__()
]


def test_the_tree_has_leaves():
    assert len(LEAVES) > 30


@pytest.mark.parametrize("leaf", LEAVES, ids=lambda leaf: leaf.__name__)
def test_every_leaf_has_a_code_an_exit_code_and_a_status(leaf):
    fault = leaf("说明", remedy="办法")
    assert leaf.code != errors.CreditServiceError.code
    assert exit_code(fault) in EXIT_CODES.values()
    assert leaf in HTTP_STATUS
    assert leaf.__name__ in errors.__doc__


def test_codes_are_unique():
    assert len({leaf.code for leaf in LEAVES}) == len(LEAVES)
