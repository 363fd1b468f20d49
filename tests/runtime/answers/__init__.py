"""What the model may answer, by kind: wrong in every way that can be thought of, and right in unusual ways. No I/O."""

from tests.runtime.answers.right import CUT_TO_NOTHING, RIGHT
from tests.runtime.answers.wrong_documents import BROKEN_CONNECTIONS, DEEP_DOCUMENTS, WRONG_DOCUMENTS
from tests.runtime.answers.wrong_rows import DEEP_ROWS, WRONG_ROWS

# Broken connections come first: they are tried again, and the waits overlap with the other kinds.
SHALLOW = BROKEN_CONNECTIONS | WRONG_DOCUMENTS | WRONG_ROWS
# Nested 20,000 deep. Apart from the others, because a parser without a limit ends the whole Worker.
DEEP = DEEP_DOCUMENTS | DEEP_ROWS
WRONG = SHALLOW | DEEP

__all__ = ["CUT_TO_NOTHING", "DEEP", "RIGHT", "SHALLOW", "WRONG"]
