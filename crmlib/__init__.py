"""Methods and synthetic data of the course Customer Information Management.

One module, one idea: `purchases` (summary, RFM), `collection` (join sources, find the
same customer, ask whether a use is allowed), `environment` (SWOT), `sixc` (rating),
`segmentation` (pyramid, whale curve, value matrix, criteria), `value` (lifetime value),
`diary` (contact diary on a database), `account` (key persons, plans, expected income),
`association` (baskets), `simulation` (cases to play), `datasets` (load by name,
checked), `checks` (instant feedback), `plots` and `widgets` (pictures, still and
moving; `plots_…` for a module's own), `errors`.
"""

__version__ = "0.1.0"
