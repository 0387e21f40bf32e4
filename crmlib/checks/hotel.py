"""Checkpoint of chapter 11, the Oriental Hotel: five questions, in the chapter's order.

>>> nights("7.3").ok
True
>>> provenance("c").ok
True
"""

from __future__ import annotations

from crmlib.checks import Choice, Number
from crmlib.simulation import hotel

__all__ = ["QUESTIONS", "card", "full", "nights", "parties", "provenance"]

nights = Number(
    "400 rooms, 200,000 old guests, one tenth of whom come back once a year, each in a "
    "room of his own. How many nights must a stay last on average for the house to be "
    "full?",
    answer=lambda: float(hotel.one_tenth(400, 3, 1, 0.1).nights_to_fill),
    tolerance=0.05,
    unit="nights",
    wrong={
        "That would be so if all old guests came back. Only a tenth of them does.": (
            lambda: float(hotel.one_tenth(400, 3, 1, 1).nights_to_fill)
        ),
        "That is how many rooms there are for each thousand visits or so. Divide "
        "room-nights by visits: a room can be sold every night of the year.": (
            lambda: 20.0
        ),
    },
    why="All room-nights of the year, shared by the visits.",
    hint="Divide the room-nights of a year by the number of visits.",
)

parties = Number(
    "The same house, but old guests come in pairs who share a room, for 5 nights. How "
    "full is the house over the year, in per cent with one decimal?",
    answer=lambda: 100 * float(hotel.one_tenth(400, 5, 2, 0.1).occupancy),
    tolerance=0.06,
    unit="%",
    wrong={
        "That is with a room for each guest. Pairs share one.": lambda: (
            100 * float(hotel.one_tenth(400, 5, 1, 0.1).occupancy)
        ),
    },
    why="Two visits, one room: what pleases the guests halves the room-nights.",
    hint="Count parties, not guests; then nights; then divide by the room-nights.",
)

full = Choice(
    "A house is full on average over the year. What do we know about its months?",
    options=(
        "each of them is full",
        "nothing yet: unless guests spread evenly, some overflow and some stand empty",
        "half of them are full",
    ),
    right="b",
    why=(
        "That would need guests who come evenly all year round. Do they?",
        "Whom a full January turns away does not sleep in an empty June.",
        "Averages do not say how many months lie above them.",
    ),
)

provenance = Choice(
    "A guest's record says: diabetes. May the kitchen be told before he comes?",
    options=(
        "never: health is a sensitive field, so it is left out of every briefing",
        "always: it is for his own good",
        "if he told us himself, for this purpose; otherwise not",
        "yes, if several colleagues have overheard it independently",
    ),
    right="c",
    why=(
        "Then a guest who told us so that we should know is served sugar. What decides "
        "is not the field alone.",
        "The pizza shop thought so, too.",
        "He told it on purpose, and it is used for what he told it for.",
        "Then it may well be true. He still has not told us.",
    ),
)

card = Choice(
    "The house must choose to whom it posts its cards. Where does one bring most?",
    options=(
        "to a frequent guest who was delighted some time ago, just before he travels",
        "to a guest who was offended, to make up for it",
        "to everybody at once, so that nobody is forgotten",
        "to a guest who left delighted last week",
    ),
    right="a",
    why=(
        "There is something to remember, part of it has faded, and it comes in time.",
        "Who has been offended does not listen to cards: he wants an answer.",
        "Most of them do not travel in the months in which they remember it.",
        "He remembers without a card. What has not faded cannot be brought back.",
    ),
)

#: All questions, in the order of the chapter.
QUESTIONS: tuple[Number | Choice, ...] = (nights, parties, full, provenance, card)
