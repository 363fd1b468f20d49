from tools.openapi import document
from tools.reference import page

document.PATH.write_text(document.text(), encoding="utf-8")
page.PATH.write_text(page.html(document.document()), encoding="utf-8")
