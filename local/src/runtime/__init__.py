"""The border to the Workers runtime. Only this package and `entry.py` import JavaScript.

Python handles text and JavaScript handles numbers: vectors are packed in JavaScript's memory, and Python holds handles.
"""
