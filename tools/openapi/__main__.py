from tools.openapi import document

document.PATH.write_text(document.text(), encoding="utf-8")
