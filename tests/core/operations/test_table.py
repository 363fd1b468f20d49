"""The table of operations."""

import asyncio

import pytest

from embedder.access.scopes import SCOPES, Access
from embedder.errors import EmbedderError
from embedder.operations.table import BY_NAME, TABLE
from tests.core.fakes import FakeApp


def test_every_operation_is_found_by_its_name():
    assert list(BY_NAME.values()) == list(TABLE)


@pytest.mark.parametrize("operation", TABLE, ids=list(BY_NAME))
def test_the_arguments_of_rpc_are_fields_of_the_request(operation):
    assert set(operation.arguments) <= set(operation.request.__struct_fields__)


@pytest.mark.parametrize("operation", TABLE, ids=list(BY_NAME))
def test_no_operation_runs_without_its_scope(operation):
    made = FakeApp()
    context = made.app.begin(made.scope, "1", "RPC", operation.name)
    context.access = Access(SCOPES - {operation.scope}, None)
    with pytest.raises(EmbedderError, match=f"needs the scope {operation.scope}"):
        asyncio.run(operation.run(made.app, context, None))
    assert made.model.calls == []
