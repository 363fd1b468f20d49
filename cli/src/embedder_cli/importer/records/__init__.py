"""Records of JSON and tables, and the documents in them."""
