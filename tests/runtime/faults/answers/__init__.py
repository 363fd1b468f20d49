"""Answers of the model by kind: wrong ones, and right ones that are unusual."""

from tests.runtime.faults.answers.right import RIGHT, ZERO_IF_SHORTENED
from tests.runtime.faults.answers.wrong_documents import BROKEN_CONNECTIONS, DEEP_DOCUMENTS, WRONG_DOCUMENTS
from tests.runtime.faults.answers.wrong_rows import DEEP_ROWS, WRONG_ROWS

# Broken connections are first, because they are retried and the delays overlap with the other kinds.
SHALLOW = BROKEN_CONNECTIONS | WRONG_DOCUMENTS | WRONG_ROWS
# Nested 20,000 levels deep. Separate, because a parser without a limit would terminate the whole Worker.
DEEP = DEEP_DOCUMENTS | DEEP_ROWS
WRONG = SHALLOW | DEEP

__all__ = ["DEEP", "RIGHT", "SHALLOW", "WRONG", "ZERO_IF_SHORTENED"]
