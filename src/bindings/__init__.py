"""The interface to the Workers runtime. Only this package and `entry.py` import JavaScript.

Python handles text and JavaScript handles numbers. `calls/call_ai.js` calls the model and `calls/call_vectorize.js` the
index; Python holds only opaque handles to the vectors.
"""
