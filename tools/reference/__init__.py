"""The API reference `public/docs.html`: a static page made from the OpenAPI document, readable without JavaScript."""
