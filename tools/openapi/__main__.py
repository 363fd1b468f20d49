import sys

from tools.openapi import document
from tools.undocumented import UndocumentedError

try:
    text = document.text()
except UndocumentedError as error:
    sys.exit(str(error))
document.PATH.write_text(text, encoding="utf-8")
