"""The books of an account team with five large customers: synthetic and seeded.

Tuojiang Equipment (沱江设备), an invented maker of equipment for telecom networks, has
five key accounts. Each of its people keeps a book of his own: who was spoken to, which
sample went out, what was invoiced, paid and returned, which tenders are open. Each
account but the first has something wrong with it, which the books show to whoever
reads them together; the truth says what.

Only uniform random numbers are taken from numpy, by way of `Dice`, so that another
version of numpy makes the same files.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pandas as pd

from course.generator.company import Dice
from course.generator.schema import field as column
from course.generator.schema import resource

TITLE = "The books of an equipment maker's account team: five large customers"
SEED = 20_251_231

START, AS_OF = date(2024, 1, 1), date(2025, 12, 31)

# ---------------------------------------------------------------- who is who

# Id: name, Chinese, function, grade (3 and above may borrow a file).
STAFF = {
    "S1": ("Chen Rui", "陈睿", "account manager", 3),
    "S2": ("Zhao Lei", "赵磊", "account manager", 3),
    "S3": ("Sun Min", "孙敏", "account manager", 3),
    "S4": ("Luo Jing", "罗静", "engineer", 2),
    "S5": ("He Ping", "何平", "head of marketing", 4),
    "S6": ("Tang Yan", "唐燕", "information clerk", 2),
    "S7": ("Wu Hao", "吴昊", "assistant", 1),
}
# Id: name, Chinese, business, city, manager, days between contacts.
ACCOUNTS = {
    "K1": ("Shuguang Mobile", "蜀光移动", "network operator", "Chengdu", "S1", 9.0),
    "K2": ("Bayu Telecom", "巴渝电信", "network operator", "Chongqing", "S1", 10.0),
    "K3": ("Jinsha Rail", "金沙铁路", "railway signalling", "Yibin", "S2", 9.0),
    "K4": ("Emei Data", "峨眉数据", "data centres", "Leshan", "S2", 12.0),
    "K5": ("Lantian Systems", "蓝田系统", "equipment maker", "Mianyang", "S3", 11.0),
}
# Account: name, Chinese, position, role, relation, held by, reports to (a number).
_PEOPLE: dict[str, list[tuple[str, str, str, str, str, str, int]]] = {
    "K1": [
        ("Gao Feng", "高峰", "vice president", "decider", "positive", "S5", 0),
        ("Qin Yue", "秦悦", "head of networks", "influencer", "positive", "S1", 1),
        ("Ma Jun", "马军", "head of procurement", "buyer", "neutral", "S1", 1),
        ("Bai Xue", "白雪", "station engineer", "user", "positive", "S4", 2),
        ("Fang Li", "方丽", "secretary", "gatekeeper", "positive", "S7", 1),
        ("Hu Tao", "胡涛", "planner", "influencer", "neutral", "S4", 2),
    ],
    "K2": [
        ("Xiang Dong", "向东", "general manager", "decider", "neutral", "S5", 0),
        ("Ran Qi", "冉琪", "head of engineering", "influencer", "positive", "S1", 1),
        ("Tian Jia", "田佳", "site engineer", "user", "positive", "S4", 2),
        ("Pu Lan", "蒲兰", "office manager", "gatekeeper", "neutral", "S1", 1),
        ("Mou Yi", "牟毅", "planner", "influencer", "neutral", "S1", 2),
    ],
    "K3": [
        ("Yan Song", "严松", "chief engineer", "decider", "positive", "S2", 0),
        ("Du Juan", "杜鹃", "head of purchasing", "buyer", "positive", "S2", 1),
        ("Shi Lin", "石林", "signal engineer", "user", "neutral", "S2", 1),
        ("Kang Hua", "康华", "design institute", "influencer", "positive", "S2", 1),
        ("Ai Ning", "艾宁", "tender office", "gatekeeper", "positive", "S2", 2),
        ("Lei Ming", "雷鸣", "maintenance chief", "user", "positive", "S2", 1),
    ],
    "K4": [
        ("Tong Wei", "童伟", "managing director", "decider", "negative", "S2", 0),
        ("Yin Hong", "尹红", "head of finance", "influencer", "neutral", "S2", 1),
        ("Cao Yang", "曹阳", "data centre chief", "user", "positive", "S4", 1),
        ("Meng Jie", "孟洁", "purchasing", "buyer", "neutral", "S7", 2),
        ("Gu Xin", "顾欣", "assistant", "gatekeeper", "neutral", "S2", 1),
    ],
    "K5": [
        ("Wei Guang", "魏光", "technical director", "decider", "positive", "S3", 0),
        ("Jin Mei", "金梅", "head of purchasing", "buyer", "neutral", "S3", 1),
        ("Long Fei", "龙飞", "product manager", "influencer", "none yet", "", 1),
        ("Su Qing", "苏晴", "assembly chief", "user", "positive", "S4", 1),
        ("Xia He", "夏荷", "front office", "gatekeeper", "positive", "S3", 2),
        ("Ding Kai", "丁凯", "new, from headquarters", "", "none yet", "", 1),
    ],
}
ROLES = ("decider", "influencer", "user", "gatekeeper", "buyer")
RELATIONS = ("positive", "neutral", "negative", "none yet")

# Item: in Chinese, usual price in yuan, margin of past projects.
ITEMS = {
    "outdoor cabinet": ("户外机柜", 9_000, 0.22),
    "battery rack": ("电池架", 6_000, 0.16),
    "power unit": ("电源单元", 4_500, 0.28),
    "cooling unit": ("制冷单元", 12_000, 0.25),
    "maintenance contract": ("维保合同", 80_000, 0.36),
}
RIVALS = ("Beifeng Power", "Huayan Cabinets", "Dongling Electric")

# ---------------------------------------------------------------- what is planted

COMPLAINT = date(2025, 9, 9)  # of K5, never answered
LAST_TOUCH = date(2025, 6, 18)  # of K2; invoices go on
TERM_DAYS = 60
PAYS_AFTER = {"K1": 52, "K2": 55, "K3": 48, "K4": 58, "K5": 56}  # days, at first
K4_SLOWS = 8.0  # days more with each invoice of 2025
OPTIMISM = 0.70  # true chance of winning, as a part of the chance that is stated
KEEPS_FOLLOW_UP = 0.93

# Day, account, place in its list of people, staff, channel, direction, topic, note,
# follow-up on, answered after so many days (0: never).
_RUST = "rust"
PLANTED: list[tuple[date, str, int, str, str, str, str, str, date | None, int]] = [
    (
        date(2025, 5, 13),
        "K1",
        4,
        "S4",
        "visit",
        "in",
        _RUST,
        "Ms Bai shows rust on the doors of two outdoor cabinets, six weeks old.",
        date(2025, 5, 16),
        3,
    ),
    (
        date(2025, 5, 27),
        "K2",
        3,
        "S1",
        "phone",
        "in",
        _RUST,
        "田工来电：新机柜的门生锈，要求更换。",
        date(2025, 5, 30),
        2,
    ),
    (
        date(2025, 6, 24),
        "K3",
        6,
        "S2",
        "visit",
        "in",
        _RUST,
        "Mr Lei complains: cabinet doors at the Yibin yard are rusty at the hinge.",
        date(2025, 6, 27),
        3,
    ),
    (
        date(2025, 7, 15),
        "K1",
        6,
        "S5",
        "message",
        "in",
        _RUST,
        "胡工说又有一台户外机柜生锈，和五月的一样。",
        date(2025, 7, 18),
        2,
    ),
    (
        date(2025, 8, 19),
        "K4",
        3,
        "S4",
        "phone",
        "in",
        _RUST,
        "Mr Cao asks whether the rust on his cabinet is covered by the guarantee.",
        date(2025, 8, 22),
        3,
    ),
    (
        COMPLAINT,
        "K5",
        1,
        "S7",
        "phone",
        "in",
        _RUST,
        "魏总来电投诉：三台机柜的门生锈，他们的客户已经拒收，要我们尽快答复。",
        None,
        0,
    ),
    (
        date(2025, 3, 11),
        "K5",
        2,
        "S3",
        "visit",
        "in",
        "offer",
        "Ms Jin wants an offer for 320 battery racks before their board meets. "
        "Promised to send it.",
        None,
        0,
    ),
    (
        date(2025, 4, 17),
        "K5",
        2,
        "S3",
        "phone",
        "out",
        "offer",
        "Rang Ms Jin about the racks: the board has met, the order went to "
        "Huayan. She never had our offer.",
        None,
        0,
    ),
]

# What an ordinary note says: topic -> (English, Chinese) pairs of a note that asks for
# a next step, which then has its date, and of one that does not. {p} person, {i} item,
# {n} a number.
_ASKS: dict[str, tuple[tuple[str, str], ...]] = {
    "delivery": (
        ("{p} asks where the {i} is; will check.", "{p}问{i}到哪里了，去查。"),
        (
            "{p} wants {n} x {i} earlier; to be settled.",
            "{p}要求提前交{n}台{i}，待定。",
        ),
    ),
    "offer": (
        ("{p} wants a price for {n} x {i}.", "{p}要{n}台{i}的报价。"),
        (
            "{p} finds our price for {i} high; new offer.",
            "{p}嫌{i}的报价高，重新报价。",
        ),
    ),
    "technical": (
        (
            "{p} has questions about the {i}; engineer to call.",
            "{p}询问{i}的技术问题。",
        ),
        ("{p} needs drawings of the {i}.", "{p}要{i}的图纸。"),
    ),
    "tender": (
        ("{p} says the tender for {i} comes; ask again.", "{p}说{i}快招标了，再问。"),
    ),
    "payment": (("{p} will look where the invoice lies.", "{p}去查发票在哪里。"),),
}
_TELLS: dict[str, tuple[tuple[str, str], ...]] = {
    "delivery": (
        ("Delivery of {n} x {i} agreed with {p}.", "与{p}确认{n}台{i}的交货时间。"),
    ),
    "offer": (("Went through our offer for {i} with {p}.", "与{p}讨论{i}的报价。"),),
    "technical": (
        ("Measured the site for the {i} with {p}.", "与{p}一起勘察{i}的安装现场。"),
    ),
    "tender": (("{p} told us the criteria for {i}.", "{p}介绍了{i}的评标标准。"),),
    "courtesy": (
        ("Tea with {p}. Nothing new.", "和{p}喝茶，没有新消息。"),
        ("Greetings of the season to {p}.", "给{p}送节日问候。"),
    ),
    "payment": (("{p}: the invoice is with the bank.", "{p}说发票已交银行。"),),
}
_ASKS_SHARE = 0.5
_RUST_TOPIC = "technical"  # what the notebook calls it
_TOPICS = tuple(_TELLS)
_CHANNELS = (("visit", "phone", "message", "email"), (34, 38, 16, 12))
_IS_CHINESE = 0.35


def _after(day: date, days: int) -> date:
    """Return the day so many days later, or the Monday after it on a weekend."""
    found = day + timedelta(days=days)
    return found + timedelta(days=max(0, 7 - found.weekday()) * (found.weekday() > 4))


def _person_id(account: str, place: int) -> str:
    return f"{account}P{place}"


def _people() -> list[dict[str, Any]]:
    rows = []
    for account, people in _PEOPLE.items():
        for place, person in enumerate(people, start=1):
            name, chinese, position, role, relation, held_by, chief = person
            rows.append(
                {
                    "person_id": _person_id(account, place),
                    "account_id": account,
                    "name": name,
                    "name_zh": chinese,
                    "position": position,
                    "role": role or None,
                    "relation": relation,
                    "held_by": held_by or None,
                    "reports_to": _person_id(account, chief) if chief else None,
                }
            )
    return rows


# ---------------------------------------------------------------- contacts


def _contacts(seed: int) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the notebook's lines and the truth about each."""
    drafts: list[dict[str, Any]] = []
    for number, (account, about) in enumerate(ACCOUNTS.items()):
        dice = Dice(seed, 10 + number)
        day = START + timedelta(days=dice.between(0, 8))
        last = LAST_TOUCH if account == "K2" else AS_OF
        while day <= last:
            drafts += _talk(dice, account, day, last)
            day = _after(day, max(1, round(dice.wait(about[5] * 1.7))))
    dice = Dice(seed, 20)
    for planted in PLANTED:
        day, account, place, staff, channel, direction, topic = planted[:7]
        note, due, answered = planted[7:]
        first = _draft(day, account, place, staff, topic, note, due, channel, direction)
        first["recorded_on"] = day + timedelta(days=dice.between(0, 1))
        first["is_planted"] = True
        drafts.append(first)
        if answered:
            # One that is answered is answered by telephone, in the same language.
            zh = any("\u4e00" <= letter <= "\u9fff" for letter in note)
            answer = (
                "已答复，安排更换柜门。" if zh else "Answered: new doors will be sent."
            )
            reply = _draft(
                day + timedelta(days=answered),
                account,
                place,
                staff,
                topic,
                answer,
                None,
                "phone",
                "out",
            )
            reply["follows"] = first
            drafts.append(reply)
    drafts.sort(key=lambda row: (row["happened_on"], row["account_id"]))
    for number, row in enumerate(drafts, start=1):
        row["contact_id"] = f"C{number:04d}"
    truth = []
    for row in drafts:
        before = row["follows"]
        row["follows"] = before["contact_id"] if before else None
        is_answered = any(other["follows"] is row for other in drafts) or any(
            other["follows"] == row["contact_id"] for other in drafts
        )
        complaint = row["topic"] == _RUST and row["direction"] == "in"
        lost = row["is_planted"] and row["follow_up_on"] is None
        lost = lost and "Promised" in row["note"]
        truth.append(
            {
                "contact_id": row["contact_id"],
                "subject": _RUST if row["topic"] == _RUST else "other",
                "language": row["language"],
                "is_complaint": complaint,
                "is_unanswered_complaint": complaint and not is_answered,
                "is_lost_follow_up": lost,
            }
        )
        if row["topic"] == _RUST:
            row["topic"] = _RUST_TOPIC
    return drafts, truth


def _draft(
    day: date,
    account: str,
    place: int,
    staff: str,
    topic: str,
    note: str,
    due: date | None,
    channel: str,
    direction: str,
) -> dict[str, Any]:
    chinese = any("\u4e00" <= letter <= "\u9fff" for letter in note)
    return {
        "account_id": account,
        "person_id": _person_id(account, place),
        "staff_id": staff,
        "happened_on": day,
        "recorded_on": day,
        "channel": channel,
        "direction": direction,
        "topic": topic,
        "note": note,
        "language": "Chinese" if chinese else "English",
        "follow_up_on": due,
        "follows": None,
        "is_planted": False,
    }


def _talk(dice: Dice, account: str, day: date, last: date) -> list[dict[str, Any]]:
    """Return a contact and, if one was promised and kept, its follow-up."""
    people = _PEOPLE[account]
    known = [i for i, person in enumerate(people, start=1) if person[5]]
    if account == "K5" and day >= COMPLAINT:
        known.remove(1)  # who complained is not rung again
    place = dice.pick(
        known, [2.0 if people[i - 1][5][1] in "123" else 1.0 for i in known]
    )
    person = people[place - 1]
    rows: list[dict[str, Any]] = []
    topics = ("delivery", "offer", "technical", "tender", "courtesy", "payment")
    topic = dice.pick(topics, (24, 20, 18, 12, 16, 10))
    if topic == "payment" and person[3] == "user":
        topic = "technical"
    asks = topic in _ASKS and dice.chance(_ASKS_SHARE)
    for step in range(2):
        item = dice.pick(list(ITEMS)[:4])
        chinese = dice.chance(_IS_CHINESE)
        english, mandarin = dice.pick((_ASKS if asks else _TELLS)[topic])
        words = {"p": person[1] if chinese else person[0], "n": dice.between(2, 30)}
        words["i"] = ITEMS[item][0] if chinese else item
        due = _after(day, dice.between(3, 21)) if asks else None
        row = _draft(
            day,
            account,
            place,
            person[5],
            topic,
            (mandarin if chinese else english).format(**words),
            due,
            dice.pick(*_CHANNELS),
            "in" if asks and dice.chance(0.7) else "out",
        )
        # Sun Min writes her notes at the end of the week or the next.
        slow = dice.between(2, 12) if person[5] == "S3" else dice.between(0, 3)
        row["recorded_on"] = min(day + timedelta(days=slow), AS_OF)
        if rows:
            row["follows"] = rows[0]
        rows.append(row)
        # Whether the promise is kept is drawn even where there is none.
        kept, shift = dice.chance(KEEPS_FOLLOW_UP), dice.between(-1, 1)
        if step or due is None or not kept:
            break
        day, asks = _after(due, shift), False
        if day > last:
            break
    return rows


# ---------------------------------------------------------------- goods and money


def _money(seed: int) -> dict[str, list[dict[str, Any]]]:
    """Return invoices, payments, returns and samples."""
    books: dict[str, list[dict[str, Any]]] = {
        "invoices": [],
        "payments": [],
        "returns": [],
        "samples": [],
    }
    for number, account in enumerate(ACCOUNTS):
        dice = Dice(seed, 30 + number)
        day = START + timedelta(days=dice.between(3, 25))
        late = 0.0
        cart = Dice(seed, 60 + number)
        while day <= AS_OF:
            item = dice.pick(list(ITEMS), (34, 22, 22, 14, 8))
            quantity = 1 if item == "maintenance contract" else dice.between(8, 60)
            price = ITEMS[item][1] * dice.skewed(1.0, 0.08)
            amount = 100 * round(price * quantity)
            invoice = {
                "account_id": account,
                "delivered_on": max(day - timedelta(days=cart.between(0, 6)), START),
                "issued_on": day,
                "due_on": day + timedelta(days=TERM_DAYS),
                "item": item,
                "quantity": quantity,
                "amount_cents": amount,
            }
            books["invoices"].append(invoice)
            if account == "K4" and day >= date(2025, 1, 1):
                late += K4_SLOWS
            wait = round(PAYS_AFTER[account] + late + dice.normal(0.0, 6.0))
            paid_on = day + timedelta(days=max(wait, 12))
            in_two = dice.chance(0.12)
            first = amount // 2 if in_two else amount
            for part, on in ((first, paid_on), (amount - first, _after(paid_on, 14))):
                if part and on <= AS_OF:
                    books["payments"].append(
                        {
                            "account_id": account,
                            "invoice": invoice,
                            "paid_on": on,
                            "amount_cents": part,
                        }
                    )
            is_rusty = item == "outdoor cabinet" and (
                date(2025, 3, 1) <= day <= date(2025, 8, 31)
            )
            if dice.chance(0.55 if is_rusty else 0.07):
                back = day + timedelta(days=dice.between(20, 70))
                count = max(1, quantity // 12)
                if back <= AS_OF:
                    books["returns"].append(
                        {
                            "account_id": account,
                            "invoice": invoice,
                            "returned_on": back,
                            "item": item,
                            "quantity": count,
                            "reason": "rust"
                            if is_rusty
                            else dice.pick(
                                ("damaged", "wrong model", "too many ordered")
                            ),
                            "credit_cents": amount // quantity * count,
                        }
                    )
            day = _after(day, dice.between(16, 34))
        for _ in range(dice.between(4, 6)):
            sent = START + timedelta(days=dice.between(10, 690))
            back_on = sent + timedelta(days=dice.between(20, 60))
            kept = dice.chance(0.3)
            books["samples"].append(
                {
                    "account_id": account,
                    "person_id": _person_id(account, dice.pick([i for i in (1, 2, 4)])),
                    "sent_on": sent,
                    "item": dice.pick(list(ITEMS)[:4]),
                    "quantity": dice.between(1, 3),
                    "returned_on": None if kept or back_on > AS_OF else back_on,
                }
            )
    keys = {
        "invoices": ("invoice_id", "I", "issued_on"),
        "payments": ("payment_id", "B", "paid_on"),
        "returns": ("return_id", "R", "returned_on"),
        "samples": ("sample_id", "M", "sent_on"),
    }
    for name, (key, letter, when) in keys.items():
        books[name].sort(key=lambda row: (row[when], row["account_id"]))
        for number, row in enumerate(books[name], start=1):
            row[key] = f"{letter}{number:04d}"
    for name in ("payments", "returns"):
        for row in books[name]:
            row["invoice_id"] = row.pop("invoice")["invoice_id"]
    return books


def _tenders(seed: int) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    dice = Dice(seed, 40)
    rows: list[dict[str, Any]] = []
    for account in ACCOUNTS:
        for number in range(15):
            is_open = number >= 12
            item = dice.pick(list(ITEMS))
            value = max(round(dice.skewed(1_500_000, 0.75), -4), 200_000)
            stated = dice.between(2, 9) / 10
            opened = START + timedelta(days=dice.between(0, 560))
            if is_open:
                opened = date(2025, 10, 1) + timedelta(days=dice.between(0, 80))
            decides = _after(opened, dice.between(45, 120))
            if is_open:
                decides = _after(date(2026, 1, 10), dice.between(0, 150))
            won = dice.chance(OPTIMISM * stated)
            margin = ITEMS[item][2] + dice.normal(0.0, 0.03)
            outcome = "open" if is_open else "won" if won else "lost"
            rows.append(
                {
                    "account_id": account,
                    "item": item,
                    "opened_on": opened,
                    "decides_on": decides,
                    "value_cents": int(100 * value),
                    "probability": stated,
                    "rival": dice.pick(RIVALS),
                    "outcome": outcome,
                    "cost_cents": round(100 * value * (1 - margin))
                    if outcome == "won"
                    else None,
                }
            )
    # The racks for which nobody sent an offer.
    rows.append(
        {
            "account_id": "K5",
            "item": "battery rack",
            "opened_on": date(2025, 3, 11),
            "decides_on": date(2025, 4, 15),
            "value_cents": 192_000_000,
            "probability": 0.6,
            "rival": "Huayan Cabinets",
            "outcome": "lost",
            "cost_cents": None,
        }
    )
    rows.sort(key=lambda row: (row["opened_on"], row["account_id"]))
    truth = []
    for number, row in enumerate(rows, start=1):
        row["tender_id"] = f"T{number:03d}"
        no_offer = row["opened_on"] == date(2025, 3, 11) and row["account_id"] == "K5"
        truth.append(
            {
                "tender_id": row["tender_id"],
                "true_probability": 0.0
                if no_offer
                else round(OPTIMISM * row["probability"], 3),
                "true_margin": ITEMS[row["item"]][2],
            }
        )
    return rows, truth


# ---------------------------------------------------------------- the firm's rules

# Id: subject, rule, who it binds, how often, lowest grade that may.
RULES = (
    (
        "report",
        "A report on industry and market is filed on the first Monday of each month.",
        "account manager",
        "month",
        None,
    ),
    (
        "great news",
        "Great news is reported at once.",
        "account manager",
        "at once",
        None,
    ),
    (
        "verification",
        "Each record is verified anew every quarter.",
        "account manager",
        "quarter",
        None,
    ),
    (
        "copies",
        "The file exists in three copies: one with the manager, two with the clerk.",
        "account manager",
        None,
        None,
    ),
    (
        "check",
        "The clerk checks the files at times and says each quarter what to improve; "
        "it counts in the appraisal.",
        "information clerk",
        "quarter",
        None,
    ),
    (
        "borrowing",
        "Account managers and above may borrow a file, on a lending card.",
        "everybody",
        None,
        3,
    ),
    (
        "reading",
        "Nothing is read in public places or on journeys.",
        "everybody",
        None,
        None,
    ),
    (
        "leak",
        "A leak is punished, and the superior answers for it.",
        "everybody",
        None,
        None,
    ),
)


def _first_monday(year: int, month: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(7 - first.weekday()) % 7)


def _duties(seed: int) -> list[dict[str, Any]]:
    """Return what was to be done by rule, and when it was."""
    dice = Dice(seed, 50)
    rows: list[dict[str, Any]] = []
    for year in (2024, 2025):
        for month in range(1, 13):
            due = _first_monday(year, month)
            for account, about in ACCOUNTS.items():
                late = dice.between(0, 9) if about[4] == "S3" else 0
                late += dice.between(1, 4) if dice.chance(0.06) else 0
                done: date | None = due + timedelta(days=late)
                if account == "K2" and due > LAST_TOUCH:
                    done = None
                rows.append(
                    {
                        "account_id": account,
                        "staff_id": about[4],
                        "duty": "report",
                        "due_on": due,
                        "done_on": done,
                    }
                )
            if month % 3:
                continue
            end = date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
            for account in ACCOUNTS:
                done = end - timedelta(days=dice.between(0, 20))
                if account == "K3" and end > date(2025, 4, 1):
                    done = None
                rows.append(
                    {
                        "account_id": account,
                        "staff_id": ACCOUNTS[account][4],
                        "duty": "verification",
                        "due_on": end,
                        "done_on": done,
                    }
                )
    return _numbered(rows, "duty_id", "D", "due_on")


def _lending(seed: int) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the lending card, and the lines on it that break a rule."""
    dice = Dice(seed, 51)
    rows: list[dict[str, Any]] = []
    for _ in range(44):
        account = dice.pick(list(ACCOUNTS))
        borrowed = START + timedelta(days=dice.between(0, 700))
        staff = dice.pick((ACCOUNTS[account][4], "S5"), (4.0, 1.0))
        rows.append(
            {
                "account_id": account,
                "staff_id": staff,
                "borrowed_on": borrowed,
                "returned_on": borrowed + timedelta(days=dice.between(0, 6)),
                "read_in": dice.pick(("office", "meeting room"), (4.0, 1.0)),
                "breaks": None,
            }
        )
    for account, staff, day, place, rule in (
        ("K1", "S7", date(2025, 2, 20), "office", "borrowing"),
        ("K3", "S4", date(2025, 10, 14), "office", "borrowing"),
        ("K4", "S2", date(2025, 7, 3), "train", "reading"),
    ):
        rows.append(
            {
                "account_id": account,
                "staff_id": staff,
                "borrowed_on": day,
                "returned_on": day + timedelta(days=2),
                "read_in": place,
                "breaks": rule,
            }
        )
    rows = _numbered(rows, "lending_id", "L", "borrowed_on")
    broken = [
        {"lending_id": row["lending_id"], "breaks": row["breaks"]}
        for row in rows
        if row["breaks"]
    ]
    return rows, broken


def _numbered(
    rows: list[dict[str, Any]], key: str, letter: str, when: str
) -> list[dict[str, Any]]:
    rows = sorted(rows, key=lambda row: (row[when], row["account_id"]))
    for number, row in enumerate(rows, start=1):
        row[key] = f"{letter}{number:03d}"
    return rows


# What is wrong, account by account: what, who of theirs, what shows it.
GAPS: tuple[tuple[str, str, str | None, str], ...] = (
    ("K2", "losing touch", None, "contacts"),
    ("K2", "role without person", "buyer", "people"),
    ("K2", "reports stopped", None, "duties"),
    ("K3", "one manager holds all", "S2", "people"),
    ("K3", "not verified", None, "duties"),
    ("K4", "decider negative", "K4P1", "people"),
    ("K4", "pays later and later", None, "payments"),
    ("K5", "unanswered complaint", "K5P1", "contacts"),
    ("K5", "lost follow-up", "K5P2", "contacts"),
    ("K5", "person without relation", "K5P3", "people"),
    ("K5", "person without relation", "K5P6", "people"),
    ("K5", "person without role", "K5P6", "people"),
)


def make(seed: int) -> dict[str, pd.DataFrame]:
    """Make all tables of the account team and their truth.

    Args:
        seed: any whole number from 0; the committed files have `SEED`.

    Returns:
        The tables by name, as `RESOURCES` describes them.

    >>> tables = make(1)
    >>> len(tables["key_accounts/accounts"]), len(tables["key_accounts/tenders"])
    (5, 76)
    """
    contacts, told = _contacts(seed)
    tenders, chances = _tenders(seed)
    lending, broken = _lending(seed)
    books = _money(seed)
    tables: dict[str, list[dict[str, Any]]] = {
        "accounts": [
            {
                "account_id": key,
                "name": name,
                "name_zh": chinese,
                "business": business,
                "city": city,
                "manager": manager,
            }
            for key, (name, chinese, business, city, manager, _) in ACCOUNTS.items()
        ],
        "staff": [
            {
                "staff_id": key,
                "name": name,
                "name_zh": chinese,
                "function": function,
                "grade": grade,
            }
            for key, (name, chinese, function, grade) in STAFF.items()
        ],
        "people": _people(),
        "contacts": contacts,
        **books,
        "tenders": tenders,
        "rules": [
            {
                "rule_id": f"R{number}",
                "subject": subject,
                "rule": rule,
                "binds": binds,
                "every": every,
                "lowest_grade": grade,
            }
            for number, (subject, rule, binds, every, grade) in enumerate(
                RULES, start=1
            )
        ],
        "duties": _duties(seed),
        "lending": lending,
    }
    truth: dict[str, list[dict[str, Any]]] = {
        "contacts": told,
        "tenders": chances,
        "gaps": [
            {
                "gap_id": f"G{number:02d}",
                "account_id": account,
                "gap": gap,
                "who": who,
                "found_in": found,
            }
            for number, (account, gap, who, found) in enumerate(GAPS, start=1)
        ],
        "lending": broken,
    }
    return {
        **{f"key_accounts/{name}": pd.DataFrame(rows) for name, rows in tables.items()},
        **{
            f"truth/key_accounts/{name}": pd.DataFrame(rows)
            for name, rows in truth.items()
        },
    }


# ---------------------------------------------------------------- schema


def _key(name: str, pattern: str) -> dict[str, Any]:
    what = name.removesuffix("_id").replace("_", " ")
    return column(name, "string", f"The {what}.", unique=True, pattern=pattern)


def _ref(name: str, meaning: str, *, required: bool = True) -> dict[str, Any]:
    return column(name, "string", meaning, required=required)


def _day(name: str, meaning: str, *, required: bool = True) -> dict[str, Any]:
    return column(name, "date", meaning, required=required)


def _cents(name: str, meaning: str, *, required: bool = True) -> dict[str, Any]:
    return column(name, "integer", meaning, unit="cents", required=required, minimum=0)


_ACCOUNT = _ref("account_id", "The account.")
_STAFF = _ref("staff_id", "Who of ours.")
_ITEM = column("item", "string", "What it is about.", enum=list(ITEMS))
_QUANTITY = column("quantity", "integer", "How many.", unit="pieces", minimum=1)
_OF_ACCOUNT = {"account_id": ("key_accounts/accounts", "account_id")}
_OF_STAFF = {"staff_id": ("key_accounts/staff", "staff_id")}
_OF_INVOICE = {"invoice_id": ("key_accounts/invoices", "invoice_id")}
_OF_PERSON = {"person_id": ("key_accounts/people", "person_id")}

RESOURCES: list[dict[str, Any]] = [
    resource(
        "key_accounts/accounts",
        "The five key accounts",
        [
            _key("account_id", r"K\d"),
            _ref("name", "The account's name."),
            _ref("name_zh", "Its name in Chinese."),
            _ref("business", "What it does."),
            _ref("city", "Where it sits."),
            _ref("manager", "Its account manager: a staff_id."),
        ],
        key="account_id",
        references={"manager": ("key_accounts/staff", "staff_id")},
    ),
    resource(
        "key_accounts/staff",
        "The account team",
        [
            _key("staff_id", r"S\d"),
            _ref("name", "The name."),
            _ref("name_zh", "The name in Chinese."),
            _ref("function", "What he or she does."),
            column(
                "grade",
                "integer",
                "Grade in the firm: 1 assistant, 3 account manager, 4 head.",
                unit="steps",
                minimum=1,
                maximum=4,
            ),
        ],
        key="staff_id",
    ),
    resource(
        "key_accounts/people",
        "People who matter at the accounts, as the team knows them at the end of 2025",
        [
            _key("person_id", r"K\dP\d"),
            _ACCOUNT,
            _ref("name", "The name."),
            _ref("name_zh", "The name in Chinese."),
            _ref("position", "Position in the account's house."),
            column(
                "role",
                "string",
                "Role in the decision to buy; empty if not known.",
                required=False,
                enum=list(ROLES),
            ),
            column(
                "relation",
                "string",
                "How he or she stands to us.",
                enum=list(RELATIONS),
            ),
            _ref(
                "held_by",
                "Who of ours holds the relation: a staff_id; empty if nobody does.",
                required=False,
            ),
            _ref(
                "reports_to",
                "The superior, if among these people: a person_id.",
                required=False,
            ),
        ],
        key="person_id",
        references={
            **_OF_ACCOUNT,
            "held_by": ("key_accounts/staff", "staff_id"),
            "reports_to": ("key_accounts/people", "person_id"),
        },
    ),
    resource(
        "key_accounts/contacts",
        "The notebooks: who spoke with whom, about what, and what was promised",
        [
            _key("contact_id", r"C\d{4}"),
            _ACCOUNT,
            _ref("person_id", "With whom."),
            _STAFF,
            _day("happened_on", "When it happened."),
            _day("recorded_on", "When it was written down."),
            column("channel", "string", "How.", enum=list(_CHANNELS[0])),
            column(
                "direction",
                "string",
                "in: they came to us; out: we went to them.",
                enum=["in", "out"],
            ),
            column("topic", "string", "What it was about.", enum=list(_TOPICS)),
            _ref("note", "What was written, in English or Chinese."),
            _day(
                "follow_up_on",
                "Day for which a next step was promised; empty if none was noted.",
                required=False,
            ),
            _ref(
                "follows",
                "The contact that this one follows up: a contact_id.",
                required=False,
            ),
        ],
        key="contact_id",
        references={
            **_OF_ACCOUNT,
            **_OF_PERSON,
            **_OF_STAFF,
            "follows": ("key_accounts/contacts", "contact_id"),
        },
    ),
    resource(
        "key_accounts/samples",
        "The sample book",
        [
            _key("sample_id", r"M\d{4}"),
            _ACCOUNT,
            _ref("person_id", "To whom."),
            _day("sent_on", "When it went out."),
            _ITEM,
            _QUANTITY,
            _day(
                "returned_on",
                "When it came back; empty if it has not.",
                required=False,
            ),
        ],
        key="sample_id",
        references={**_OF_ACCOUNT, **_OF_PERSON},
    ),
    resource(
        "key_accounts/invoices",
        "The invoices",
        [
            _key("invoice_id", r"I\d{4}"),
            _ACCOUNT,
            _day("delivered_on", "When the goods left our house."),
            _day("issued_on", "Date of the invoice."),
            _day("due_on", "Last day to pay."),
            _ITEM,
            _QUANTITY,
            _cents("amount_cents", "What is to be paid."),
        ],
        key="invoice_id",
        references=_OF_ACCOUNT,
    ),
    resource(
        "key_accounts/payments",
        "The bank's book: payments received",
        [
            _key("payment_id", r"B\d{4}"),
            _ACCOUNT,
            _ref("invoice_id", "For which invoice."),
            _day("paid_on", "When the money came."),
            _cents("amount_cents", "How much."),
        ],
        key="payment_id",
        references={**_OF_ACCOUNT, **_OF_INVOICE},
    ),
    resource(
        "key_accounts/returns",
        "Goods that came back",
        [
            _key("return_id", r"R\d{4}"),
            _ACCOUNT,
            _ref("invoice_id", "From which invoice."),
            _day("returned_on", "When they came back."),
            _ITEM,
            _QUANTITY,
            _ref("reason", "Why."),
            _cents("credit_cents", "What was given for them."),
        ],
        key="return_id",
        references={**_OF_ACCOUNT, **_OF_INVOICE},
    ),
    resource(
        "key_accounts/tenders",
        "Tenders of two years, won, lost and open at the end of 2025",
        [
            _key("tender_id", r"T\d{3}"),
            _ACCOUNT,
            _ITEM,
            _day("opened_on", "When it became known."),
            _day("decides_on", "When it was or will be decided."),
            _cents("value_cents", "Value of the contract."),
            column(
                "probability",
                "number",
                "Chance of winning as the account manager put it down at the start.",
                unit="share of 1",
                minimum=0,
                maximum=1,
            ),
            column("rival", "string", "Strongest rival.", enum=list(RIVALS)),
            column("outcome", "string", "The end.", enum=["won", "lost", "open"]),
            _cents(
                "cost_cents",
                "What a won project cost us in the end; empty otherwise.",
                required=False,
            ),
        ],
        key="tender_id",
        references=_OF_ACCOUNT,
    ),
    resource(
        "key_accounts/rules",
        "The firm's rules for customer files, as the course tells them",
        [
            _key("rule_id", r"R\d"),
            _ref("subject", "What it is about, in a word or two."),
            _ref("rule", "The rule."),
            _ref("binds", "Whom it binds."),
            column(
                "every",
                "string",
                "How often; empty where that does not apply.",
                required=False,
                enum=["month", "quarter", "at once"],
            ),
            column(
                "lowest_grade",
                "integer",
                "Lowest grade that may; empty where that does not apply.",
                unit="steps",
                required=False,
                minimum=1,
                maximum=4,
            ),
        ],
        key="rule_id",
    ),
    resource(
        "key_accounts/duties",
        "Reports and verifications that the rules ask for, and when they were done",
        [
            _key("duty_id", r"D\d{3}"),
            _ACCOUNT,
            _STAFF,
            column("duty", "string", "Which duty.", enum=["report", "verification"]),
            _day("due_on", "When it was due."),
            _day("done_on", "When it was done; empty if never.", required=False),
        ],
        key="duty_id",
        references={**_OF_ACCOUNT, **_OF_STAFF},
    ),
    resource(
        "key_accounts/lending",
        "The lending card: who borrowed which file, and where he read it",
        [
            _key("lending_id", r"L\d{3}"),
            _ACCOUNT,
            _STAFF,
            _day("borrowed_on", "When it was taken."),
            _day("returned_on", "When it came back."),
            column(
                "read_in",
                "string",
                "Where it was read.",
                enum=["office", "meeting room", "train"],
            ),
        ],
        key="lending_id",
        references={**_OF_ACCOUNT, **_OF_STAFF},
    ),
    resource(
        "truth/key_accounts/contacts",
        "What each contact truly is",
        [
            _key("contact_id", r"C\d{4}"),
            column(
                "subject",
                "string",
                "rust: about rust on the cabinets; other: about anything else.",
                enum=[_RUST, "other"],
            ),
            column("language", "string", "Of the note.", enum=["English", "Chinese"]),
            column("is_complaint", "boolean", "Whether somebody complains."),
            column(
                "is_unanswered_complaint", "boolean", "Whether nobody ever answered."
            ),
            column(
                "is_lost_follow_up",
                "boolean",
                "Whether something was promised without a date, and forgotten.",
            ),
        ],
        key="contact_id",
    ),
    resource(
        "truth/key_accounts/tenders",
        "The true chance of winning, and the margin of such projects",
        [
            _key("tender_id", r"T\d{3}"),
            column(
                "true_probability",
                "number",
                "True chance of winning; 0 where no offer was sent.",
                unit="share of 1",
                minimum=0,
                maximum=1,
            ),
            column(
                "true_margin",
                "number",
                "Margin of such projects in the long run.",
                unit="share of 1",
                minimum=0,
                maximum=1,
            ),
        ],
        key="tender_id",
    ),
    resource(
        "truth/key_accounts/gaps",
        "What is wrong with each account",
        [
            _key("gap_id", r"G\d{2}"),
            _ACCOUNT,
            _ref("gap", "What is wrong."),
            _ref("who", "Person, staff or role it is about.", required=False),
            _ref("found_in", "The table that shows it."),
        ],
        key="gap_id",
    ),
    resource(
        "truth/key_accounts/lending",
        "The lines of the lending card that break a rule",
        [
            _key("lending_id", r"L\d{3}"),
            column(
                "breaks",
                "string",
                "Subject of the rule.",
                enum=["borrowing", "reading"],
            ),
        ],
        key="lending_id",
    ),
]
