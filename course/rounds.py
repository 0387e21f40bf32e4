"""What hidden tests of the rice shop's round compare with.

Each step of `wang_yongqing/4_the_round` calls the steps before it. So that a mistake in
one is not punished in the next, right ones stand in for them while a step is graded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

Stops = Mapping[str, Mapping[str, float]]
Shop = Mapping[str, float]

_DOOR = {"street_m": 0.0, "house_m": 0.0}


def _metres(a: Mapping[str, float], b: Mapping[str, float]) -> float:
    if a["street_m"] == b["street_m"]:
        return abs(a["house_m"] - b["house_m"])
    return abs(a["house_m"]) + abs(a["street_m"] - b["street_m"]) + abs(b["house_m"])


def timetable(route: Iterable[str], stops: Stops, shop: Shop) -> dict[str, Any]:
    """Return when each stop begins, when the boy is back (minutes), and the load (ge).

    >>> street = {"A": {"street_m": 60, "house_m": 100, "bring_ge": 120,
    ...                 "home_from_minute": 0}}
    >>> shop = {"starts_minute": 400, "metres_per_minute": 40, "stop_minutes": 3,
    ...         "look_minutes": 2, "dou_ge": 100, "pour_minutes": 1}
    >>> timetable(["A"], street, shop)
    {'begins': [404.0], 'back': 415.0, 'load_ge': 120}
    """
    at: Mapping[str, float] = _DOOR
    load: float
    now, begins, load = shop["starts_minute"], [], 0
    for name in route:
        stop = stops[name]
        now += _metres(at, stop) / shop["metres_per_minute"]
        now = max(now, stop["home_from_minute"])
        begins.append(now)
        now += shop["stop_minutes"] + shop["look_minutes"]
        now += -(-stop["bring_ge"] // shop["dou_ge"]) * shop["pour_minutes"]
        load += stop["bring_ge"]
        at = stop
    back = now + _metres(at, _DOOR) / shop["metres_per_minute"]
    return {"begins": begins, "back": back, "load_ge": load}


def fits(route: Iterable[str], stops: Stops, shop: Shop) -> bool:
    """Say whether load, hours and the families' hours allow a route."""
    route = list(route)
    times = timetable(route, stops, shop)
    return (
        len(set(route)) == len(route)
        and times["load_ge"] <= shop["cart_ge"]
        and times["back"] <= shop["home_minute"]
        and all(
            begins <= stops[name]["home_until_minute"]
            for name, begins in zip(route, times["begins"], strict=True)
        )
    )


def urgent_first(stops: Stops) -> list[str]:
    """Return the households, those whose jar is empty soonest first."""
    return sorted(
        stops,
        key=lambda name: (stops[name]["days_left"], -stops[name]["chance_dry"], name),
    )


def plan(order: Iterable[str], stops: Stops, shop: Shop) -> dict[str, list[str]]:
    """Insert each household where he is back earliest; leave those that do not fit."""
    route: list[str] = []
    tomorrow: list[str] = []
    for name in order:
        tried = [[*route[:n], name, *route[n:]] for n in range(len(route) + 1)]
        fitting = [one for one in tried if fits(one, stops, shop)]
        if fitting:
            route = min(fitting, key=lambda one: timetable(one, stops, shop)["back"])
        else:
            tomorrow.append(name)
    return {"route": route, "tomorrow": tomorrow}


_STEPS: dict[str, Callable[..., Any]] = {
    step.__name__: step for step in (timetable, fits, urgent_first, plan)
}


def stand_in(step: str) -> Callable[..., Any]:
    """Return a right answer to *step*, for a test to put in a student's place.

    It is made here and now because the sandbox lends a student's process only what a
    test has made itself; what can be imported it would look for over there, where there
    is no `course`.

    >>> stand_in("urgent_first")({"A": {"days_left": 2, "chance_dry": 0.1}})
    ['A']
    """
    right = _STEPS[step]

    def standing(*given: Any) -> Any:
        return right(*given)

    standing.__name__ = step
    return standing


def dry_after(order: Iterable[str], stops: Stops, shop: Shop) -> float:
    """Return how many families, as expected, run dry when an order is planned."""
    served = set(plan(order, stops, shop)["route"])
    return sum(stop["chance_dry"] for name, stop in stops.items() if name not in served)


def fewest_dry(stops: Stops, shop: Shop) -> float:
    """Return what a search finds: three orders, then who is left is put first.

    It is no bound: a better round may exist.
    """

    def per_ge(name: str) -> tuple[float, str]:
        return -stops[name]["chance_dry"] / stops[name]["bring_ge"], name

    def likely(name: str) -> tuple[float, str]:
        return -stops[name]["chance_dry"], name

    orders = urgent_first(stops), sorted(stops, key=likely), sorted(stops, key=per_ge)
    dry, order = min((dry_after(tried, stops, shop), tried) for tried in orders)
    better = True
    while better:
        better = False
        for name in sorted(plan(order, stops, shop)["tomorrow"]):
            tried = [name, *(other for other in order if other != name)]
            found = dry_after(tried, stops, shop)
            if found < dry - 1e-9:
                dry, order, better = found, tried, True
    return dry
