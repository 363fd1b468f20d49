"""OpenAI's API as other servers have it: other addresses, lists of models and errors."""
