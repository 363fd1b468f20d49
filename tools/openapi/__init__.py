"""The OpenAPI 3.1 document, made from the route table and the Structs of the Worker, and what the tool adds to them.

`python -m tools.openapi` writes `public/openapi.json`, which is served without waking the Worker. A test compares it
with the table. A field is described where it is declared. The examples are here: the Worker does not need them.
"""
