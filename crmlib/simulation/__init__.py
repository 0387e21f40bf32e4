"""Simulations to play against: a world, a policy of yours, and how good it is.

- `crmlib.simulation.engine`: run, score, compare, hand in, explain;
- `crmlib.simulation.rice_shop`: Wang Yongqing's round (needs no more than a notebook);
- `crmlib.simulation.hotel`: the Oriental Hotel and its memory;
- `crmlib.simulation.inventory`: stock problems with known answers, to test the engine.
"""
