"""The border to the runtime. This package and entry.py are all that knows JavaScript.

Python handles text, JavaScript handles numbers: `vectors.js` calls the model and the index, and Python holds handles.
"""
