"""Methods and synthetic data of the course Customer Information Management.

One module, one idea: `purchases` (summary, RFM), `segmentation` (pyramid, whale curve,
value matrix, criteria), `datasets` (load by name, checked), `checks` (instant
feedback), `plots` and `widgets` (pictures, still and moving), `errors`.
"""

__version__ = "0.1.0"
