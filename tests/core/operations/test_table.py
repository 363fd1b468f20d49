"""The table of operations."""

import pytest

from embedder.operations.table import BY_NAME, TABLE


def test_every_operation_is_found_by_its_name():
    assert list(BY_NAME.values()) == list(TABLE)


@pytest.mark.parametrize("operation", TABLE, ids=list(BY_NAME))
def test_the_arguments_of_rpc_are_fields_of_the_request(operation):
    assert set(operation.arguments) <= set(operation.request.__struct_fields__)
