"""The interface to the Workers runtime. Only this package and `entry.py` import JavaScript.

Python handles text and JavaScript handles numbers. `vectors.js` calls the model and the index; Python holds only
opaque handles to the vectors.
"""
