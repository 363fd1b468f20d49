"""The API reference `public/docs.html`: a static page made from `public/openapi.json`, readable without JavaScript.

`python3 -m tools.reference` writes it. wrangler's build step runs this with whichever Python a machine has.
"""
