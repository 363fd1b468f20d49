"""The OpenAPI 3.1 document, made from the route table and the Structs of the Worker, and what the tool adds to them.

`python -m tools.openapi` writes `public/openapi.json` and the API reference `public/docs.html`. Both are served without
waking the Worker. Tests compare them with the table. The texts and examples are here and not in the Worker, because
they would be uploaded with it.
"""
