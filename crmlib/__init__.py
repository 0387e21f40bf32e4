"""Methods and synthetic data of the course Customer Information Management.

One module, one idea: `purchases` (summary, RFM), `collection` (join sources, find the
same customer, ask whether a use is allowed), `environment` (SWOT), `sixc` (rating),
`segmentation` (pyramid, whale curve, value matrix, criteria), `association` (baskets),
`simulation` (cases to play), `datasets` (load by name, checked), `checks` (instant
feedback), `plots` and `widgets` (pictures, still and moving), `errors`.
"""

__version__ = "0.1.0"
