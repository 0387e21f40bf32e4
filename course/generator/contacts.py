"""Who is known to whom: four exports, a survey by three methods, the pizza call.

Synthetic and seeded. The people are drawn from the running company's customers; what
is added here (Chinese names, telephones, homes, satisfaction) belongs to this family
alone. The rates are those of the cards (``datasets/exports/README.md`` and
``datasets/survey/README.md``), which came first.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from importlib import resources
from typing import Any

import pandas as pd

from course.generator import company
from course.generator.company import Dice
from course.generator.schema import field as column
from course.generator.schema import resource

TITLE = "Four exports of one firm's customers, a survey by three methods, a pizza call"
SEED = 20_250_617

FIRST_DAY, LAST_DAY = date(2022, 1, 1), date(2025, 12, 31)
FAIRS = (date(2023, 11, 17), date(2024, 11, 15), date(2025, 11, 14))  # three days each
SOURCES = ("marketing", "sales", "service", "fair")

# ---------------------------------------------------------------- what is planted

N_PRIVATE, N_PARTNERS, N_CONTACTS, N_VISITORS = 1170, 130, 140, 60
CONTACTS_OF_A_FIRM = ((1, 2, 3), (40, 35, 25))

PRESENT = {
    "private": {"marketing": 0.75, "sales": 0.70, "service": 0.48, "fair": 0.25},
    "partner": {"marketing": 0.50, "sales": 0.30, "service": 0.55, "fair": 0.10},
    "contact": {"marketing": 0.45, "sales": 0.85, "service": 0.60, "fair": 0.60},
    "visitor": {"marketing": 0.30, "sales": 0.0, "service": 0.0, "fair": 1.0},
}
ONE_MORE = {"marketing": 0.08, "sales": 0.06, "service": 0.22, "fair": 0.04}

NEW_PHONE, NEW_HOME, NEW_EMAIL = 0.08, 0.10, 0.04
COUPLE_SHARES, FIRM_HAS_SWITCHBOARD, GIVES_SWITCHBOARD = 0.60, 0.70, 0.60

# Chances for each row, in the order of SOURCES.
RATES = {
    "latin_name": (0.12, 0.06, 0.18, 0.40),
    "title": (0.0, 0.03, 0.15, 0.04),
    "wrong_name": (0.015, 0.015, 0.04, 0.015),
    "no_name": (0.0, 0.0, 0.02, 0.0),
    "phone_format": (0.12, 0.30, 0.30, 0.65),
    "wrong_phone": (0.01, 0.01, 0.03, 0.01),
    "no_phone": (0.02, 0.04, 0.01, 0.05),
    "no_address": (1.0, 0.06, 0.20, 0.25),
    "latin_address": (0.0, 0.12, 0.08, 0.45),
    "no_room": (0.0, 0.05, 0.15, 0.10),
    "no_email": (0.06, 1.0, 1.0, 0.25),
}
HOMOPHONE = 0.70  # share of wrong characters that sound the same

# The survey: chance of an answer by satisfaction 1 to 5, and factors by age band.
N_ASKED = {"questionnaire": 1200, "telephone": 480, "visit": 160}
AGE_BANDS = ("under 35", "35 to 59", "60 and over")
SATISFACTION = (9, 14, 27, 31, 19)
OLDER_IS_HAPPIER = 0.20
ANSWERS = {
    "questionnaire": (0.10, 0.13, 0.20, 0.32, 0.46),
    "telephone": (0.66, 0.58, 0.46, 0.40, 0.36),
    "visit": (0.84, 0.84, 0.84, 0.84, 0.84),
}
BY_AGE = {
    "questionnaire": (0.8, 1.0, 1.2),
    "telephone": (0.7, 1.0, 1.3),
    "visit": (0.9, 1.0, 1.1),
}
POLITE = 0.25  # face to face, one step more than thought

# ---------------------------------------------------------------- places and firms

# City: area code, name in Chinese, districts (Latin, Chinese).
CITIES = {
    "Chengdu": (
        "028",
        "成都",
        (
            ("Jinjiang", "锦江"),
            ("Qingyang", "青羊"),
            ("Jinniu", "金牛"),
            ("Wuhou", "武侯"),
            ("Chenghua", "成华"),
        ),
    ),
    "Chongqing": ("023", "重庆", (("Yuzhong", "渝中"), ("Jiangbei", "江北"))),
    "Mianyang": ("0816", "绵阳", (("Fucheng", "涪城"), ("Youxian", "游仙"))),
    "Deyang": ("0838", "德阳", (("Jingyang", "旌阳"),)),
    "Leshan": ("0833", "乐山", (("Shizhong", "市中"),)),
    "Yibin": ("0831", "宜宾", (("Cuiping", "翠屏"),)),
    "Ya'an": ("0835", "雅安", (("Yucheng", "雨城"),)),
    "Nanchong": ("0817", "南充", (("Shunqing", "顺庆"),)),
}
_STREETS = (
    "Chunxi/春熙/Road Hongxing/红星/Road Yulin/玉林/Road Kehua/科华/Road "
    "Renmin/人民/Road Tianfu/天府/Avenue Jianshe/建设/Road Shuhan/蜀汉/Road "
    "Fangcao/芳草/Street Tongzilin/桐梓林/Road Shuanglin/双林/Road "
    "Wannian/万年/Road Gaoshengqiao/高升桥/Road Zijing/紫荆/Road "
    "Xinhua/新华/Avenue Dongda/东大/Street Huaxing/华兴/Street "
    "Caoshi/草市/Street Shawan/沙湾/Road Guanghua/光华/Avenue "
    "Jinyang/晋阳/Road Huaishu/槐树/Street Yongfeng/永丰/Road "
    "Longzhou/龙舟/Road Qintai/琴台/Road"
)
STREETS = tuple(tuple(text.split("/")) for text in _STREETS.split())
KINDS_OF_STREET = {
    "Road": ("路", ("Road", "Rd", "Rd.", "Lu")),
    "Street": ("街", ("Street", "St", "St.", "Jie")),
    "Avenue": ("大道", ("Avenue", "Ave", "Ave.", "Dadao")),
}
_FIRM_WORDS = (
    "Jade/玉 Bamboo/竹 River/江 Cloud/云 Lotus/莲 Crane/鹤 Osprey/鹗 Plum/梅 "
    "Cedar/杉 Brocade/锦 Silver/银 Amber/琥珀 Maple/枫 Willow/柳 Orchid/兰 "
    "Stone/石 Ginkgo/银杏 Magpie/鹊 Heron/鹭 Peony/牡丹 Pine/松 Lantern/灯笼 "
    "Harbour/港 Misty/雾 Spring/春 Autumn/秋 Azure/碧 Copper/铜 Pearl/珍珠 "
    "Summit/峰 Terrace/台 Garden/园 Gate/门 Court/苑 Bridge/桥 Hill/山 "
    "Pavilion/阁 Bay/湾 Grove/林 House/居 Lane/巷 Meadow/坪 Valley/谷 Field/田 "
    "Tower/塔 Ferry/渡 Stream/溪 Corner/角 Yard/院"
)
FIRM_IN_CHINESE = dict(pair.split("/") for pair in _FIRM_WORDS.split())
FIRM_KIND_IN_CHINESE = {
    "Restaurant": "餐厅",
    "Hotpot": "火锅",
    "Kitchen": "私房菜",
    "Noodle House": "面馆",
    "Canteen": "食堂",
    "Hotel": "酒店",
    "Inn": "客栈",
    "Guest House": "宾馆",
    "Software": "软件",
    "Engineering": "工程",
    "Consulting": "咨询",
    "Insurance": "保险",
    "Logistics": "物流",
    "Tea Trading": "茶叶贸易",
    "Tea Shop": "茶庄",
    "Foods": "食品",
    "Gifts": "礼品",
}
# In the table of readings for the sake of addresses; nobody is called so.
_NOT_IN_NAMES = set("一四川草坛门口自府都市湾公沙桥槐充司徒重设")
_MOBILE = ("133", "135", "136", "138", "139", "150", "158", "177", "180", "186", "189")
_MAIL = ("mail.example", "post.example", "tea.example", "xin.example")


# ---------------------------------------------------------------- people


@dataclass(frozen=True)
class _Home:
    city: str
    district: tuple[str, str]
    street: tuple[str, ...]
    number: int
    rooms: tuple[int, int, int] | None  # building, unit, room


@dataclass(frozen=True)
class _Firm:
    customer_id: str
    name: str
    name_zh: str
    switchboard: str | None
    home: _Home


@dataclass(frozen=True)
class _Contact:
    """How a person can be reached from some day on."""

    phone: str
    home: _Home
    email: str


@dataclass
class _Person:
    person_id: str
    kind: str
    customer_id: str | None
    household_id: str
    surname: tuple[str, str]  # characters, letters
    given: tuple[tuple[str, str], ...]
    is_woman: bool
    now: _Contact
    firm: _Firm | None = None
    shares_phone: bool = False
    # What was true before the day of change.
    changes: list[tuple[date, dict[str, Any]]] = field(default_factory=list)

    @property
    def name_zh(self) -> str:
        return self.surname[0] + "".join(character for character, _ in self.given)

    @property
    def given_latin(self) -> str:
        return "".join(letters for _, letters in self.given).capitalize()

    @property
    def name_latin(self) -> str:
        return f"{self.surname[1].capitalize()} {self.given_latin}"

    def on(self, day: date) -> tuple[_Contact, list[str]]:
        """Return what was true on *day*, and which of it is stale at the end."""
        then, stale = self.now, []
        for changed_on, before in self.changes:
            if day < changed_on:
                then = replace(then, **before)
                stale += [f"stale_{name}" for name in before]
        return then, stale


class _Readings:
    """The characters of the table of readings, by how they sound."""

    def __init__(self) -> None:
        path = resources.files("crmlib") / "_tables" / "pinyin.csv"
        rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
        self.surnames: dict[str, list[str]] = {}
        self.given: dict[str, list[str]] = {}
        for row in rows:
            characters = row["characters"]
            if row["as_surname"]:
                self.surnames.setdefault(row["as_surname"], []).append(characters)
            if row["as_given"] and characters not in _NOT_IN_NAMES:
                self.given.setdefault(row["as_given"], []).append(characters)
        self.names = [c for group in self.given.values() for c in group]

    def surname(self, dice: Dice, letters: str) -> tuple[str, str]:
        # One character of a sound is usual; the others stay rarer.
        options = self.surnames[letters.lower()]
        return dice.pick(options, [4.0, *[1.0] * (len(options) - 1)]), letters.lower()

    def given_name(self, dice: Dice, letters: str) -> tuple[tuple[str, str], ...]:
        return tuple(
            (dice.pick(self.given[part]), part) for part in self.syllables(letters)
        )

    def syllables(self, letters: str) -> tuple[str, ...]:
        """Split a given name: Xiuying is xiu and ying."""
        letters = letters.lower()
        if letters in self.given:
            return (letters,)
        return next(
            (letters[:i], letters[i:])
            for i in range(1, len(letters))
            if letters[:i] in self.given and letters[i:] in self.given
        )


class _World:
    """The true persons, and the numbers already given away."""

    def __init__(self, seed: int, known: pd.DataFrame) -> None:
        self.readings = _Readings()
        self.people: list[_Person] = []
        self._taken: set[str] = set()
        private = known[known["kind"] == "household"]
        firms = known[known["kind"] != "household"]
        self._private(Dice(seed, 1), private)
        self._partners(Dice(seed, 2))
        self._firms(Dice(seed, 3), firms)
        self._visitors(Dice(seed, 4))
        for number, person in enumerate(self.people, start=1):
            person.person_id = f"P{number:05d}"
        dice = Dice(seed, 5)
        for person in self.people:
            self._change(dice, person)

    def unused(self, make: Callable[[], str]) -> str:
        while (value := make()) in self._taken:
            pass
        self._taken.add(value)
        return value

    def mobile(self, dice: Dice) -> str:
        return self.unused(
            lambda: dice.pick(_MOBILE) + f"{dice.between(0, 99_999_999):08d}"
        )

    def home(self, dice: Dice, city: str, *, flat: bool = True) -> _Home:
        rooms = None
        if flat:
            floor, door = dice.between(1, 28), dice.between(1, 6)
            rooms = (dice.between(1, 12), dice.between(1, 4), floor * 100 + door)
        return _Home(
            city,
            dice.pick(CITIES[city][2]),
            dice.pick(STREETS),
            dice.between(1, 320),
            rooms,
        )

    def email(self, dice: Dice, surname: str, given: str) -> str:
        def make() -> str:
            if dice.chance(0.4):
                local = f"{dice.between(10_000_000, 999_999_999)}"
            else:
                local = f"{given.lower()}.{surname}{dice.between(1, 999)}"
            return f"{local}@{dice.pick(_MAIL)}"

        return self.unused(make)

    def person(
        self,
        dice: Dice,
        kind: str,
        city: str,
        *,
        name: str | None = None,
        customer_id: str | None = None,
        household_id: str | None = None,
        home: _Home | None = None,
        phone: str | None = None,
        firm: _Firm | None = None,
    ) -> _Person:
        if name is None:
            name = f"{dice.pick(company.SURNAMES)} {dice.pick(company.GIVEN)}"
        surname, given = name.split()
        made = _Person(
            person_id="",
            kind=kind,
            customer_id=customer_id,
            household_id=household_id or f"H{len(self.people) + 1:05d}",
            surname=self.readings.surname(dice, surname),
            given=self.readings.given_name(dice, given),
            is_woman=dice.chance(0.5),
            now=_Contact(
                phone or self.mobile(dice),
                home or self.home(dice, city),
                self.email(dice, surname.lower(), given),
            ),
            firm=firm,
            shares_phone=phone is not None,
        )
        self.people.append(made)
        return made

    def _private(self, dice: Dice, known: pd.DataFrame) -> None:
        rows = known[["customer_id", "name", "city"]].to_dict("records")
        for row in sorted(dice.sample(rows, N_PRIVATE), key=lambda r: r["customer_id"]):
            self.person(
                dice,
                "private",
                row["city"],
                name=row["name"],
                customer_id=row["customer_id"],
            )

    def _partners(self, dice: Dice) -> None:
        for first in dice.sample(list(self.people), N_PARTNERS):
            shared = dice.chance(COUPLE_SHARES)
            first.shares_phone = shared
            self.person(
                dice,
                "partner",
                first.now.home.city,
                household_id=first.household_id,
                home=first.now.home,
                phone=first.now.phone if shared else None,
            )

    def _firms(self, dice: Dice, known: pd.DataFrame) -> None:
        rows = known[["customer_id", "name", "city"]].to_dict("records")
        left = N_CONTACTS
        for row in dice.sample(rows, len(rows)):
            if not left:
                break
            code = CITIES[row["city"]][0]
            switchboard = None
            if dice.chance(FIRM_HAS_SWITCHBOARD):
                digits = 8 if len(code) == 3 else 7
                switchboard = self.unused(
                    lambda c=code, n=digits: (  # type: ignore[misc]
                        f"{c}-{dice.pick('68')}"
                        f"{dice.between(0, 10 ** (n - 1) - 1):0{n - 1}d}"
                    )
                )
            home = self.home(dice, row["city"], flat=False)
            name_zh = _firm_in_chinese(row["name"])
            firm = _Firm(row["customer_id"], row["name"], name_zh, switchboard, home)
            for _ in range(min(left, dice.pick(*CONTACTS_OF_A_FIRM))):
                left -= 1
                self.person(
                    dice,
                    "contact",
                    row["city"],
                    customer_id=row["customer_id"],
                    household_id=f"F{row['customer_id']}",
                    home=home,
                    firm=firm,
                )

    def _visitors(self, dice: Dice) -> None:
        for _ in range(N_VISITORS):
            city = dice.pick(list(CITIES))
            self.person(dice, "visitor", city)

    def _change(self, dice: Dice, person: _Person) -> None:
        """Draw what changed once, and was otherwise before."""
        span = (date(2025, 9, 30) - date(2022, 4, 1)).days
        city = person.now.home.city
        for chance, what in (
            (NEW_PHONE, "phone"),
            (NEW_HOME, "home"),
            (NEW_EMAIL, "e"),
        ):
            day = date(2022, 4, 1) + timedelta(days=dice.between(0, span))
            # Who shares a number or an office keeps it: two would have to change.
            if not dice.chance(chance):
                continue
            if what == "phone" and not person.shares_phone:
                person.changes.append((day, {"phone": self.mobile(dice)}))
            elif what == "home" and person.kind in ("private", "visitor"):
                person.changes.append((day, {"home": self.home(dice, city)}))
            elif what == "e":
                before = self.email(dice, person.surname[1], person.given_latin)
                person.changes.append((day, {"email": before}))


def _firm_in_chinese(name: str) -> str:
    first, second, *kind = name.split()
    kind_zh = FIRM_KIND_IN_CHINESE[" ".join(kind)]
    return FIRM_IN_CHINESE[first] + FIRM_IN_CHINESE[second] + kind_zh


# ---------------------------------------------------------------- how it is written


def _written_name(
    dice: Dice, person: _Person, at: int, readings: _Readings
) -> tuple[str | None, list[str]]:
    """Write the name as source number *at* does; say what was planted."""
    if dice.chance(RATES["no_name"][at]):
        return None, ["no_name"]
    latin = dice.chance(RATES["latin_name"][at])
    wrong = dice.chance(RATES["wrong_name"][at])
    titled = dice.chance(RATES["title"][at])
    planted = [
        word
        for word, is_so in (
            ("latin_name", latin),
            ("wrong_name", wrong),
            ("title", titled),
        )
        if is_so
    ]
    if latin:
        surname, given = person.surname[1].capitalize(), person.given_latin
        if wrong:
            given = _slip(dice, given)
        parts = [letters for _, letters in person.given]
        if not wrong and len(parts) == 2 and dice.chance(0.15):
            given = "-".join(parts).capitalize()
        text = dice.pick(
            (
                f"{surname} {given}",
                f"{given} {surname}",
                f"{surname.upper()} {given}",
                f"{surname}, {given}",
            ),
            (55, 25, 15, 5),
        )
        if titled:
            text = ("Ms " if person.is_woman else "Mr ") + text
        return text, planted
    text = person.name_zh
    if wrong:
        text = _wrong_character(dice, person, readings)
    if titled:
        text += "女士" if person.is_woman else "先生"
    return text, planted


def _slip(dice: Dice, word: str) -> str:
    """Make one typing mistake in letters: leave out, double or swap."""
    i = dice.between(1, len(word) - 2) if len(word) > 2 else len(word) - 1
    slip = dice.pick(("omit", "double", "swap"))
    if slip == "omit" and len(word) > 2:
        return word[:i] + word[i + 1 :]
    if slip == "swap" and len(word) > i + 1 and word[i] != word[i + 1]:
        return word[:i] + word[i + 1] + word[i] + word[i + 2 :]
    return word[: i + 1] + word[i] + word[i + 1 :]


def _wrong_character(dice: Dice, person: _Person, readings: _Readings) -> str:
    parts = [person.surname, *person.given]
    at = dice.between(0, len(parts) - 1)
    right, letters = parts[at]
    group = (readings.given if at else readings.surnames)[letters]
    others = [character for character in group if character != right]
    if not others or not dice.chance(HOMOPHONE):
        others = [character for character in readings.names if character != right]
    wrong = dice.pick(others)
    return "".join(wrong if i == at else part[0] for i, part in enumerate(parts))


def _written_phone(dice: Dice, number: str, at: int) -> tuple[str | None, list[str]]:
    if dice.chance(RATES["no_phone"][at]):
        return None, ["no_phone"]
    planted = []
    if dice.chance(RATES["wrong_phone"][at]):
        number = _wrong_digit(dice, number)
        planted.append("wrong_phone")
    code, dash, local = number.rpartition("-")
    if not dice.chance(RATES["phone_format"][at]):
        return code + local, planted
    if dash:
        forms = [
            f"{code}-{local}",
            f"({code}) {local[:4]} {local[4:]}",
            f"+86 {code[1:]} {local[:4]} {local[4:]}",
            f"{code}-{local}转{dice.between(100, 899)}",
            f"{code}{local} ext. {dice.between(100, 899)}",
        ]
        if code == "028":
            forms.append(local)
        return dice.pick(forms), planted
    a, b, c = local[:3], local[3:7], local[7:]
    full_width = "".join(chr(ord(digit) + 0xFEE0) for digit in local)
    forms = [
        f"+86 {a} {b} {c}",
        f"0086-{a}-{b}-{c}",
        f"{a}-{b}-{c}",
        f"{a} {b} {c}",
        f"+86{local}",
        full_width,
    ]
    return dice.pick(forms), planted


def _wrong_digit(dice: Dice, number: str) -> str:
    """Change one of the last seven digits, or swap it with its neighbour."""
    at = len(number) - dice.between(2, 7)
    if dice.chance(0.5) and number[at] != number[at + 1]:
        return number[:at] + number[at + 1] + number[at] + number[at + 2 :]
    other = str((int(number[at]) + dice.between(1, 9)) % 10)
    return number[:at] + other + number[at + 1 :]


def _written_address(dice: Dice, home: _Home, at: int) -> tuple[str | None, list[str]]:
    if dice.chance(RATES["no_address"][at]):
        return None, ["no_address"]
    latin = dice.chance(RATES["latin_address"][at])
    no_room = dice.chance(RATES["no_room"][at]) and home.rooms is not None
    planted = ["latin_address"] * latin + ["no_room"] * no_room
    rooms = None if no_room else home.rooms
    street_latin, street_zh, kind = home.street
    in_chinese, in_latin = KINDS_OF_STREET[kind]
    if latin:
        street = f"{home.number} {street_latin} {dice.pick(in_latin)}"
        if dice.chance(0.3):
            street = f"No. {street}"
        inside = ""
        if rooms:
            building, unit, room = rooms
            inside = dice.pick(
                (
                    f"Room {room}, Unit {unit}, Building {building}, ",
                    f"Rm {room}, Unit {unit}, Bldg {building}, ",
                    f"{building}-{unit}-{room}, ",
                )
            )
        district = dice.pick(("", f", {home.district[0]} District"))
        if not district:
            district = dice.pick(("", f", {home.district[0]} Dist."))
        return f"{inside}{street}{district}, {home.city}", planted
    inside = ""
    if rooms:
        building, unit, room = rooms
        inside = dice.pick(
            (f"{building}栋{unit}单元{room}室", f"{building}-{unit}-{room}"), (60, 40)
        )
    city_zh = CITIES[home.city][1]
    front = dice.pick(
        (
            f"{city_zh}市{home.district[1]}区",
            f"{home.district[1]}区",
            f"四川省{city_zh}市{home.district[1]}区"
            if home.city != "Chongqing"
            else f"重庆市{home.district[1]}区",
            "",
        ),
        (45, 25, 10, 20),
    )
    return f"{front}{street_zh}{in_chinese}{home.number}号{inside}", planted


# ---------------------------------------------------------------- the four exports


def _exports(seed: int, world: _World) -> dict[str, pd.DataFrame]:
    drawn: dict[str, list[dict[str, Any]]] = {source: [] for source in SOURCES}
    dice = Dice(seed, 6)
    for person in world.people:
        present: list[int] = []
        while not present:
            present = [
                at
                for at, source in enumerate(SOURCES)
                if dice.chance(PRESENT[person.kind][source])
            ]
        for at in present:
            drawn[SOURCES[at]].append(_row(dice, person, at, world.readings))
            while dice.chance(ONE_MORE[SOURCES[at]]):
                drawn[SOURCES[at]].append(_row(dice, person, at, world.readings))
    tables: dict[str, pd.DataFrame] = {}
    truth: list[dict[str, Any]] = []
    for source, letter in zip(SOURCES, "MSVF", strict=True):
        rows = sorted(drawn[source], key=lambda row: (row["day"], row["person_id"]))
        for number, row in enumerate(rows, start=1):
            row["row_id"] = f"{letter}{number:05d}"
            row["customer_no"] = f"K-{20_000 + 7 * number}"
            truth.append(
                {
                    "row_id": row["row_id"],
                    "source": source,
                    "person_id": row["person_id"],
                    "planted": ";".join(row["planted"]) or None,
                }
            )
        names = _COLUMNS[source]
        tables[f"exports/{source}"] = pd.DataFrame(
            {
                name: pd.Series([row[part] for row in rows], dtype=object)
                for name, part in names.items()
            }
        )
    tables["truth/exports/rows"] = pd.DataFrame(truth)
    tables["truth/exports/people"] = pd.DataFrame(
        [
            {
                "person_id": person.person_id,
                "kind": person.kind,
                "customer_id": person.customer_id,
                "household_id": person.household_id,
                "name_zh": person.name_zh,
                "name_latin": person.name_latin,
                "firm": person.firm.name if person.firm else None,
                "phone": person.now.phone.replace("-", ""),
                "email": person.now.email,
                "city": person.now.home.city,
                "address": _plain_address(person.now.home),
            }
            for person in world.people
        ]
    )
    return tables


# Column of the export -> part of a drawn row.
_COLUMNS = {
    "marketing": {
        "row_id": "row_id",
        "full_name": "name",
        "mobile": "phone",
        "email": "email",
        "city": "city",
        "opted_in": "opted_in",
        "updated_on": "day",
    },
    "sales": {
        "row_id": "row_id",
        "customer_no": "customer_no",
        "name": "name",
        "company": "company",
        "phone": "phone",
        "address": "address",
        "updated_on": "day",
    },
    "service": {
        "row_id": "row_id",
        "caller": "name",
        "callback_number": "phone",
        "address": "address",
        "opened_on": "day",
    },
    "fair": {
        "row_id": "row_id",
        "card_name": "name",
        "card_company": "company",
        "card_phone": "phone",
        "card_email": "email",
        "card_address": "address",
        "met_on": "day",
    },
}


def _row(dice: Dice, person: _Person, at: int, readings: _Readings) -> dict[str, Any]:
    if SOURCES[at] == "fair":
        day = dice.pick(FAIRS) + timedelta(days=dice.between(0, 2))
    else:
        day = FIRST_DAY + timedelta(days=dice.between(0, (LAST_DAY - FIRST_DAY).days))
    then, planted = person.on(day)
    number, firm = then.phone, person.firm
    if firm and firm.switchboard and dice.chance(GIVES_SWITCHBOARD):
        number = firm.switchboard
        planted = [word for word in planted if word != "stale_phone"]
        planted.append("switchboard")
    elif person.shares_phone:
        planted.append("shared_phone")
    name, in_name = _written_name(dice, person, at, readings)
    phone, in_phone = _written_phone(dice, number, at)
    address, in_address = _written_address(dice, then.home, at)
    no_email = dice.chance(RATES["no_email"][at])
    opted_in = dice.chance(0.62)
    in_latin = name is not None and name.isascii()
    planted += [*in_name, *in_phone]
    planted += in_address if "address" in _COLUMNS[SOURCES[at]].values() else []
    if "email" in _COLUMNS[SOURCES[at]].values():
        planted += ["no_email"] * no_email
    elif "stale_email" in planted:
        planted.remove("stale_email")
    # What is missing or not asked for cannot be stale.
    for word, value in (("phone", phone), ("home", address)):
        if value is None and f"stale_{word}" in planted:
            planted.remove(f"stale_{word}")
    if no_email and "stale_email" in planted:
        planted.remove("stale_email")
    return {
        "person_id": person.person_id,
        "day": day,
        "name": name,
        "phone": phone,
        "address": address,
        "email": None if no_email else then.email,
        "city": then.home.city,
        "company": (firm.name if in_latin else firm.name_zh) if firm else None,
        "opted_in": opted_in,
        "planted": [word for word in planted if not (word == "no_address" and at == 0)],
    }


def _plain_address(home: _Home) -> str:
    city_zh, kind = CITIES[home.city][1], KINDS_OF_STREET[home.street[2]][0]
    inside = "{}栋{}单元{}室".format(*home.rooms) if home.rooms else ""
    return (
        f"{city_zh}市{home.district[1]}区{home.street[1]}{kind}{home.number}号{inside}"
    )


# ---------------------------------------------------------------- the survey


def _survey(seed: int, known: pd.DataFrame) -> dict[str, pd.DataFrame]:
    homes = known[known["kind"] == "household"]
    dice = Dice(seed, 7)
    rows = homes[["customer_id", "city", "joined_on", "birth_year"]].to_dict("records")
    rows = sorted(dice.sample(rows, 1200), key=lambda row: row["customer_id"])
    people, truth = [], []
    for row in rows:
        born = row["birth_year"]
        age = 2025 - int(born) if pd.notna(born) else round(dice.normal(46, 13))
        band = 0 if age < 35 else 1 if age < 60 else 2
        satisfaction = dice.pick((1, 2, 3, 4, 5), SATISFACTION)
        if band == 2 and dice.chance(OLDER_IS_HAPPIER):
            satisfaction = min(satisfaction + 1, 5)
        chances = {
            f"answers_{method}": round(
                ANSWERS[method][satisfaction - 1] * BY_AGE[method][band], 4
            )
            for method in ANSWERS
        }
        tenure = (date(2025, 9, 1) - pd.Timestamp(row["joined_on"]).date()).days
        people.append(
            {
                "customer_id": row["customer_id"],
                "age_band": AGE_BANDS[band],
                "city": row["city"],
                "tenure_years": max(tenure, 0) // 365,
            }
        )
        truth.append(
            {
                "customer_id": row["customer_id"],
                "satisfaction": satisfaction,
                **chances,
            }
        )
    attempts: list[dict[str, Any]] = []
    for stage, (method, size) in enumerate(N_ASKED.items(), start=8):
        lot = Dice(seed, stage)
        asked = sorted(lot.sample(range(1200), size))
        for i in asked:
            attempts.append(_attempt(lot, method, people[i], truth[i]))
    attempts.sort(key=lambda row: (row["asked_on"], row["method"], row["customer_id"]))
    for number, attempt in enumerate(attempts, start=1):
        attempt["contact_id"] = f"Q{number:05d}"
    return {
        "survey/population": pd.DataFrame(people),
        "survey/contacts": pd.DataFrame(attempts),
        "truth/survey/population": pd.DataFrame(truth),
    }


def _attempt(
    dice: Dice, method: str, person: dict[str, Any], truth: dict[str, Any]
) -> dict[str, Any]:
    first, days = {
        "questionnaire": (date(2025, 9, 1), 0),
        "telephone": (date(2025, 9, 8), 11),
        "visit": (date(2025, 9, 15), 13),
    }[method]
    is_answered = dice.chance(truth[f"answers_{method}"])
    says = truth["satisfaction"]
    if method == "visit" and dice.chance(POLITE):
        says = min(says + 1, 5)
    if method == "visit":
        cost = 100 * dice.between(90, 150)
    else:
        asked, more = {"questionnaire": (300, 200), "telephone": (800, 1000)}[method]
        cost = asked + more * is_answered
    return {
        "contact_id": "",
        "customer_id": person["customer_id"],
        "method": method,
        "asked_on": first + timedelta(days=dice.between(0, days)),
        "cost_cents": cost,
        "is_answered": is_answered,
        "satisfaction": says if is_answered else None,
    }


# ---------------------------------------------------------------- the pizza call

CALL_ON = date(2025, 6, 17)

# field, about, meaning, source, purpose, necessity, sensitivity, legal basis,
# separate consent, collected on, keep rule, keep until. Semicolons between.
_FIELDS = """
membership_number; customer; Number on the membership card; sign-up at the shop; order; needed; ordinary; contract; no; 2024-03-02; two years after the last order; 2027-05-30
home_phone; customer; Telephone at home; sign-up at the shop; delivery; useful; ordinary; contract; no; 2024-03-02; two years after the last order; 2027-05-30
work_phone; customer; Telephone at work; bought from an address dealer; advertising of others; not needed; ordinary; none; no; 2023-08-15; none stated;
mobile; customer; Mobile telephone; sign-up at the shop; delivery; needed; ordinary; contract; no; 2024-03-02; two years after the last order; 2027-05-30
address; customer; Where he lives; sign-up at the shop; delivery; needed; ordinary; contract; no; 2024-03-02; two years after the last order; 2027-05-30
blood_pressure; customer; High blood pressure; hospital; treatment; not needed; sensitive; none; no; 2025-01-20; as the hospital's files;
cholesterol; customer; High cholesterol; hospital; treatment; not needed; sensitive; none; no; 2025-01-20; as the hospital's files;
book_bought; customer; A book on healthy eating he bought; bookshop; book order; not needed; ordinary; none; no; 2023-02-11; one year after the order; 2024-02-11
family_size; customer; Six in the household; population register; public administration; not needed; ordinary; none; no; 2020-11-01; as the register;
mother_operation; mother; Heart surgery last month; hospital; treatment; not needed; sensitive; none; no; 2025-05-14; as the hospital's files;
card_debt; customer; Owes 4,807 yuan on his card, without the interest on his home loan; bank; credit; not needed; sensitive; none; no; 2025-06-16; as the bank's files;
cash_limit; customer; Has used up his daily limit at the cash machine; bank; credit; not needed; sensitive; none; no; 2025-06-17; as the bank's files;
motorcycle; customer; Owns a motorcycle; vehicle register; public administration; not needed; ordinary; none; no; 2022-04-09; as the register;
motorcycle_position; customer; Where the motorcycle is now; vehicle tracking; theft protection; not needed; sensitive; none; no; 2025-06-17; one day; 2025-06-18
police_record; customer; Ten days' detention for insulting a policeman; police; law enforcement; not needed; sensitive; none; no; 2019-10-05; as the police's files;
diabetes; customer; Has diabetes; hospital; treatment; not needed; sensitive; none; no; 2025-06-12; as the hospital's files;
glucose_test; customer; Test of 12 June: glucose fasting 7.8, after a meal 11.1 mmol/l; hospital; treatment; not needed; sensitive; none; no; 2025-06-12; as the hospital's files;
wife_birthday; wife; Birthday of his wife, Wednesday of next week; told by the couple on the offers card; offer; useful; ordinary; consent; no; 2024-06-25; until consent is withdrawn, two years at most; 2026-06-24
"""  # noqa: E501

# use, fields, purpose, what the clerk does, may he, why (not)
_USES = """
U01; membership_number home_phone work_phone mobile address; greeting; Opens the record by the membership number and reads out three telephones and the address; no; He asked for a pizza: number and address serve the order and the delivery, and are not for showing what the shop knows.
U02; blood_pressure cholesterol; recommendation; Refuses the seafood pizza for the sake of blood pressure and cholesterol; no; Health data from a hospital: another purpose, no legal basis, sensitive.
U03; book_bought; recommendation; Proposes a low-fat pizza because of a book on healthy eating; no; Bought elsewhere for another purpose, and to be deleted long ago.
U04; family_size; recommendation; Says that the family size is enough for the six of them; no; From a public register, for another purpose: he could have asked.
U05; mother_operation; recommendation; Warns that the mother had heart surgery last month; no; Health data of somebody else, no legal basis.
U06; card_debt; payment; Refuses the credit card because of the debt on it; no; The bank's business: a shop learns only that a payment failed.
U07; cash_limit; payment; Says that the cash machine will give no more today; no; The bank's business.
U08; motorcycle motorcycle_position; delivery; Tells him to fetch the pizza with the motorcycle that stands round the corner; no; Whereabouts, gathered for another purpose.
U09; police_record; conversation; Reminds him of ten days' detention; no; Offences: no legal basis whatever.
U10; diabetes glucose_test; recommendation; Refuses the cola because of a test at the hospital; no; Health data from a hospital: another purpose, no legal basis, sensitive.
U11; wife_birthday; offer; Offers 20 % off for the wife's birthday, if booked a week ahead; yes; Given by the couple for offers, with consent, and still to be kept.
"""  # noqa: E501


def _pizza() -> dict[str, pd.DataFrame]:
    uses: list[dict[str, Any]] = []
    truth: list[dict[str, Any]] = []
    for text in _USES.strip().splitlines():
        use_id, fields, purpose, what, allowed, why = text.split("; ")
        truth.append({"use_id": use_id, "is_allowed": allowed == "yes", "why": why})
        for name in fields.split():
            uses.append(
                {
                    "line": len(uses) + 1,
                    "use_id": use_id,
                    "field": name,
                    "purpose": purpose,
                    "what": what,
                }
            )
    used = {row["field"] for row in uses}
    known = []
    for text in _FIELDS.strip().splitlines():
        parts = [part.strip() for part in text.split(";")]
        row: dict[str, Any] = {**dict(zip(_FIELD_COLUMNS, parts, strict=True))}
        row["has_separate_consent"] = row["has_separate_consent"] == "yes"
        row["keep_until"] = row["keep_until"] or None
        row["is_used"] = row["field"] in used
        known.append(row)
    return {
        "pizza/fields": pd.DataFrame(known),
        "pizza/uses": pd.DataFrame(uses),
        "truth/pizza/uses": pd.DataFrame(truth),
    }


_FIELD_COLUMNS = (
    "field",
    "about",
    "meaning",
    "source",
    "purpose",
    "necessity",
    "sensitivity",
    "legal_basis",
    "has_separate_consent",
    "collected_on",
    "keep_rule",
    "keep_until",
)


# ---------------------------------------------------------------- the tables


def make(seed: int) -> dict[str, pd.DataFrame]:
    """Make all tables of the family, truth tables included.

    Args:
        seed: decides everything but the company's customers, who are those of its
            committed seed, and the pizza call, which is as it is.

    Returns:
        Tables by name: ``"exports/sales"``, ``"truth/exports/rows"`` ...
    """
    known = company.make(company.SEED)["company/customers"]
    return {**_exports(seed, _World(seed, known)), **_survey(seed, known), **_pizza()}


_DAYS: dict[str, Any] = {
    "minimum": FIRST_DAY.isoformat(),
    "maximum": LAST_DAY.isoformat(),
}
_CITY = list(CITIES)
_PERSON: dict[str, Any] = {"pattern": r"P\d{5}"}
_TO_CUSTOMERS = {"customer_id": ("company/customers", "customer_id")}


def _row_id(letter: str) -> dict[str, Any]:
    return column(
        "row_id", "string", "Row of the export.", unique=True, pattern=letter + r"\d{5}"
    )


def _text(name: str, meaning: str, **more: Any) -> dict[str, Any]:
    return column(name, "string", meaning, required=False, **more)


def _day(name: str, meaning: str) -> dict[str, Any]:
    return column(name, "date", meaning, **_DAYS)


def _customer(**more: Any) -> dict[str, Any]:
    return column("customer_id", "string", "The customer.", pattern=r"C\d{5}", **more)


RESOURCES = [
    resource(
        "exports/marketing",
        "Subscribers of the newsletter",
        [
            _row_id("M"),
            _text("full_name", "Name as typed on the web page."),
            _text("mobile", "Telephone as typed."),
            _text("email", "E-mail address."),
            column("city", "string", "City.", enum=_CITY),
            column("opted_in", "boolean", "Wants the newsletter."),
            _day("updated_on", "Day the row was true."),
        ],
        key="row_id",
    ),
    resource(
        "exports/sales",
        "Customer cards of the sales office",
        [
            _row_id("S"),
            column(
                "customer_no",
                "string",
                "Number of the card; one customer may have two.",
                unique=True,
                pattern=r"K-\d{5}",
            ),
            _text("name", "Name as written on the card."),
            _text("company", "Firm, where there is one."),
            _text("phone", "Telephone as written."),
            _text("address", "Address as written."),
            _day("updated_on", "Day the card was last changed."),
        ],
        key="row_id",
    ),
    resource(
        "exports/service",
        "Calls to the service desk",
        [
            _row_id("V"),
            _text("caller", "Name as understood on the telephone."),
            _text("callback_number", "Number to call back."),
            _text("address", "Address as understood."),
            _day("opened_on", "Day of the call."),
        ],
        key="row_id",
    ),
    resource(
        "exports/fair",
        "Visiting cards from the trade fair",
        [
            _row_id("F"),
            _text("card_name", "Name on the card."),
            _text("card_company", "Firm on the card."),
            _text("card_phone", "Telephone on the card."),
            _text("card_email", "E-mail address on the card."),
            _text("card_address", "Address on the card."),
            _day("met_on", "Day of the fair."),
        ],
        key="row_id",
    ),
    resource(
        "truth/exports/rows",
        "Whose row it is, and what was planted in it",
        [
            column("row_id", "string", "Row of any of the four exports.", unique=True),
            column("source", "string", "The export.", enum=list(SOURCES)),
            column("person_id", "string", "The true person.", **_PERSON),
            _text(
                "planted",
                "What was planted, with semicolons between: latin_name, title, "
                "wrong_name, no_name, wrong_phone, no_phone, shared_phone, "
                "switchboard, latin_address, no_address, no_room, no_email, "
                "stale_phone, stale_home, stale_email.",
            ),
        ],
        key="row_id",
    ),
    resource(
        "truth/exports/people",
        "The true persons, as they are at the end of 2025",
        [
            column("person_id", "string", "The person.", unique=True, **_PERSON),
            column(
                "kind",
                "string",
                "Private customer, partner of one, contact of a firm, or fair visitor.",
                enum=list(PRESENT),
            ),
            _text(
                "customer_id",
                "The customer in company/customers; a firm has several contacts, and "
                "partners and visitors have none.",
                pattern=r"C\d{5}",
            ),
            column("household_id", "string", "Household or firm."),
            column("name_zh", "string", "Name in Chinese characters."),
            column("name_latin", "string", "Name in letters, surname first."),
            _text("firm", "Name of the firm of a contact person."),
            column("phone", "string", "Own telephone, digits only."),
            column("email", "string", "E-mail address."),
            column("city", "string", "City.", enum=_CITY),
            column("address", "string", "Address, written out."),
        ],
        key="person_id",
    ),
    resource(
        "survey/population",
        "The 1,200 private customers who might be asked",
        [
            _customer(unique=True),
            column("age_band", "string", "Age in 2025.", enum=list(AGE_BANDS)),
            column("city", "string", "City.", enum=_CITY),
            column(
                "tenure_years",
                "integer",
                "Whole years with the firm on 2025-09-01.",
                unit="years",
                minimum=0,
            ),
        ],
        key="customer_id",
        references=_TO_CUSTOMERS,
    ),
    resource(
        "survey/contacts",
        "One question, three methods: every attempt",
        [
            column(
                "contact_id", "string", "The attempt.", unique=True, pattern=r"Q\d{5}"
            ),
            _customer(),
            column("method", "string", "How they were asked.", enum=list(N_ASKED)),
            column(
                "asked_on",
                "date",
                "Day of the attempt.",
                minimum="2025-09-01",
                maximum="2025-09-30",
            ),
            column(
                "cost_cents",
                "integer",
                "What the attempt cost.",
                unit="cents",
                minimum=0,
            ),
            column("is_answered", "boolean", "The question was answered."),
            column(
                "satisfaction",
                "integer",
                "The answer, 1 (not at all) to 5 (fully); empty without one.",
                unit="points",
                required=False,
                minimum=1,
                maximum=5,
            ),
        ],
        key="contact_id",
        references={"customer_id": ("survey/population", "customer_id")},
    ),
    resource(
        "truth/survey/population",
        "What everybody truly thinks, and who would answer",
        [
            _customer(unique=True),
            column(
                "satisfaction",
                "integer",
                "True satisfaction.",
                unit="points",
                minimum=1,
                maximum=5,
            ),
            *(
                column(
                    f"answers_{method}",
                    "number",
                    "Chance that this method gets an answer.",
                    unit="probability",
                    minimum=0,
                    maximum=1,
                )
                for method in ANSWERS
            ),
        ],
        key="customer_id",
    ),
    resource(
        "pizza/fields",
        "What the clerk has on the screen",
        [
            column("field", "string", "Name of the field.", unique=True),
            column(
                "about",
                "string",
                "Whom it is about.",
                enum=["customer", "mother", "wife"],
            ),
            column("meaning", "string", "What it says."),
            column("source", "string", "Where it came from."),
            column("purpose", "string", "What it was collected for."),
            column(
                "necessity",
                "string",
                "For selling and delivering a pizza.",
                enum=["needed", "useful", "not needed"],
            ),
            column(
                "sensitivity",
                "string",
                "Sensitive: health, finance, whereabouts, offences.",
                enum=["ordinary", "sensitive"],
            ),
            column(
                "legal_basis",
                "string",
                "What allows the shop to have it.",
                enum=["contract", "consent", "legal_duty", "none"],
            ),
            column(
                "has_separate_consent",
                "boolean",
                "A sensitive field was consented to by itself.",
            ),
            column("collected_on", "date", "Day it was collected."),
            column("keep_rule", "string", "How long it may be kept, in words."),
            column(
                "keep_until",
                "date",
                "Last day it may be kept; empty where the shop has fixed none.",
                required=False,
            ),
            column("is_used", "boolean", "The clerk uses it in the call."),
        ],
        key="field",
    ),
    resource(
        "pizza/uses",
        "What the clerk does with which field",
        [
            column("line", "integer", "Number of the row.", minimum=1, unique=True),
            column("use_id", "string", "One thing the clerk does.", pattern=r"U\d{2}"),
            column("field", "string", "The field used."),
            column("purpose", "string", "What it is used for."),
            column("what", "string", "What the clerk does."),
        ],
        key="line",
        references={"field": ("pizza/fields", "field")},
    ),
    resource(
        "truth/pizza/uses",
        "May the clerk do it",
        [
            column(
                "use_id",
                "string",
                "One thing the clerk does.",
                unique=True,
                pattern=r"U\d{2}",
            ),
            column("is_allowed", "boolean", "The use as a whole may be made."),
            column("why", "string", "Why, or why not."),
        ],
        key="use_id",
    ),
]
