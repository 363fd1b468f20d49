"""A row of the table of operations."""

from typing import get_args

import msgspec
import pytest

from embedder.access.scopes import ScopeName
from embedder.operations.table import TABLE

each = pytest.mark.parametrize("operation", TABLE, ids=lambda operation: operation.name)


@each
def test_a_row_names_one_scope_and_fields_of_its_request(operation):
    assert operation.scope in get_args(ScopeName)
    assert {*operation.arguments, *operation.query} <= set(operation.request.__struct_fields__)


@each
def test_a_request_without_a_body_needs_nothing_but_its_query(operation):
    required = {field.name for field in msgspec.structs.fields(operation.request) if field.required}
    assert operation.method != "GET" or required == set(operation.query)
