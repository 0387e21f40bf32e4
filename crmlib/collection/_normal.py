"""Normal forms in which names, telephones, e-mails and addresses are compared."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Callable, Hashable, Mapping
from functools import lru_cache
from importlib import resources
from types import MappingProxyType
from typing import Any

import pandas as pd

HAN = "\u3400-\u4dbf\u4e00-\u9fff"


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_UNUSABLE = _words(
    "unknown none null nil nan missing anonymous test "
    "不详 未知 无 没有 无名 匿名 空 保密"
)
_TITLES = _words("mr mrs ms miss mx dr doctor prof professor sir madam")
_TITLES_ZH = _words(
    "总经理 先生 女士 小姐 太太 夫人 老师 经理 总监 主任 老板 博士 教授 医生"
)


@lru_cache(maxsize=1)
def _readings() -> tuple[dict[str, str], dict[str, str]]:
    """Return how characters are read: in surnames and elsewhere."""
    path = resources.files("crmlib") / "_tables" / "pinyin.csv"
    surnames, given = {}, {}
    for row in csv.DictReader(path.read_text(encoding="utf-8").splitlines()):
        if row["as_surname"]:
            surnames[row["characters"]] = row["as_surname"]
        if row["as_given"]:
            given[row["characters"]] = row["as_given"]
    return surnames, given


@lru_cache(maxsize=1)
def _surname_letters() -> frozenset[str]:
    return frozenset(_readings()[0].values())


def text_or_none(value: Any) -> str | None:
    """Return *value* as text, or None where it is missing."""
    if isinstance(value, str):
        return value
    if value is None or (pd.api.types.is_scalar(value) and pd.isna(value)):
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # a telephone that pandas read as a number
    return str(value)


def fold(text: str) -> str:
    """Fold width, case and accents, to a form that folds to itself."""
    while True:
        folded = unicodedata.normalize("NFKC", text).casefold()
        folded = unicodedata.normalize("NFD", folded)
        # Lü is written Lyu in passports; other accents are tone marks.
        folded = folded.replace("u\u0308", "yu")
        folded = re.sub("[\u0300-\u036f]", "", folded)
        folded = unicodedata.normalize("NFKC", folded)
        if folded == text:
            return text
        text = folded


def normalise_name(name: Any) -> str | None:
    """Return a person's name in its normal form.

    Rules: full-width letters, case, accents and spaces are folded; hyphens and
    apostrophes inside a name go; titles before and after go (Mr, 先生); where a name
    is given in both scripts, the characters count. The order of the words is kept:
    `name_key` is blind to it.

    Args:
        name: a name in Chinese or Latin script.

    Returns:
        The normal form, or None where there is no name in it (missing, "unknown",
        digits only). Normalising twice changes nothing.

    >>> normalise_name("  YU  Shi-ming ")
    'yu shiming'
    >>> normalise_name("余 世明先生")
    '余世明'
    >>> normalise_name("n/a") is None
    True
    """
    text = text_or_none(name)
    return None if text is None else _normal_name(text)


@lru_cache(maxsize=65_536)
def _normal_name(text: str) -> str | None:
    text = fold(text)
    characters = "".join(re.findall(f"[{HAN}]", text))
    if characters:
        while title := next((t for t in _TITLES_ZH if characters.endswith(t)), None):
            characters = characters.removesuffix(title)
        return None if characters in _UNUSABLE else characters or None
    text = re.sub(r"(?<=[^\W\d_])['’`\-‐–]+(?=[^\W\d_])", "", text)
    words = re.findall(r"[^\W_]+", text)
    while words and words[0] in _TITLES:
        words = words[1:]
    while words and words[-1] in _TITLES:
        words = words[:-1]
    normal = " ".join(words)
    letters = sum(character.isalpha() for character in normal)
    if letters < 2 or normal in _UNUSABLE or normal == "n a":
        return None
    return normal


def name_key(name: Any) -> str | None:
    """Return how a name sounds: its Pinyin without tones, words sorted.

    余世明, Yu Shiming and Shiming YU have one key. So have 于世明 and 俞诗鸣: a key
    finds candidates and proves nothing.

    Args:
        name: a name in Chinese or Latin script.

    Returns:
        The key, or None where `normalise_name` finds no name. A character outside the
        kit's table of readings (``_tables/pinyin.csv``) stands for itself.

    >>> name_key("余世明"), name_key("Yu, Shi-ming"), name_key("Mr Shiming YU")
    ('shiming yu', 'shiming yu', 'shiming yu')
    >>> name_key("欧阳静")
    'jing ouyang'
    """
    normal = normalise_name(name)
    return None if normal is None else _key_of(normal)


@lru_cache(maxsize=65_536)
def _key_of(normal: str) -> str:
    if re.match(f"[{HAN}]", normal):
        surnames, given = _readings()
        cut = 2 if len(normal) > 2 and normal[:2] in surnames else 1
        first, rest = normal[:cut], normal[cut:]
        letters = surnames.get(first, given.get(first, first))
        return " ".join(sorted(filter(None, [letters, _spell(rest)])))
    words = [re.sub("^([ln])v", r"\1yu", word) for word in normal.split()]
    if len(words) > 2:
        # Given names are written in one word or in two: Shi Ming is Shiming.
        if words[0] in _surname_letters():
            words = [words[0], "".join(words[1:])]
        elif words[-1] in _surname_letters():
            words = [words[-1], "".join(words[:-1])]
    return " ".join(sorted(words))


def _spell(characters: str) -> str:
    given = _readings()[1]
    return "".join(given.get(character, character) for character in characters)


def normalise_phone(phone: Any, *, area_code: str | None = None) -> str | None:
    """Return a telephone number in international form: ``+8613812345678``.

    Rules: full-width digits, spaces, dashes and brackets are folded; 0086 and 86 are
    +86; an extension (转 305, ext. 305) goes; a Chinese number is a mobile of eleven
    digits, a landline with its area code, or a 400 or 800 number; a foreign one needs
    its + or 00. A number whose last seven digits are equal is a placeholder.

    Args:
        phone: the number as written.
        area_code: area code for local numbers, such as ``"028"`` for Chengdu; without
            it a local number cannot be used.

    Returns:
        The normal form, or None where there is no whole number. Normalising twice
        changes nothing.

    Raises:
        ValueError: *area_code* is none.

    >>> normalise_phone("0086-138-1234-5678")
    '+8613812345678'
    >>> normalise_phone("(028) 8765 4321转305")
    '+862887654321'
    >>> normalise_phone("87654321") is None
    True
    >>> normalise_phone("87654321", area_code="028")
    '+862887654321'
    """
    if area_code is not None and not re.fullmatch(r"0[1-9][0-9]{1,2}", area_code):
        raise ValueError(
            f"area_code must be text such as '028', with its 0, not {area_code!r}"
        )
    text = text_or_none(phone)
    return None if text is None else _normal_phone(text, area_code)


@lru_cache(maxsize=65_536)
def _normal_phone(text: str, area_code: str | None) -> str | None:
    text = unicodedata.normalize("NFKC", text).casefold()
    text = re.split(r"转|轉|分机|内线|ext|x|#|;|/|,", text)[0]
    text = re.sub(r"[^0-9+]", "", text)
    digits = text.replace("+", "")
    if not 7 <= len(digits) <= 20 or len(set(digits[-7:])) == 1:
        return None
    abroad = text.startswith(("+", "00"))
    if abroad and not text.startswith("+"):
        digits = digits[2:]
    if abroad and not digits.startswith("86"):
        return f"+{digits}" if re.fullmatch(r"[1-9]\d{6,14}", digits) else None
    if abroad or (digits.startswith("86") and len(digits) >= 12):
        digits, abroad = digits[2:], True
    if mobile := re.fullmatch(r"0?(1[3-9]\d{9})", digits):
        return f"+86{mobile[1]}"
    if re.fullmatch(r"[48]00\d{7}", digits):
        return f"+86{digits}"
    # The area code's 0 is dropped behind +86, and only there.
    lead = "0?" if abroad else "0"
    if landline := re.fullmatch(lead + r"((?:10|2\d)\d{8}|[3-9]\d{2}\d{7,8})", digits):
        return f"+86{landline[1]}"
    if area_code is not None and re.fullmatch(r"[2-9]\d{6,7}", digits):
        return _normal_phone(area_code + digits, None)
    return None


def normalise_email(email: Any) -> str | None:
    """Return an e-mail address without spaces and in small letters.

    Returns:
        The normal form, or None where it is not of the form a@b.c.

    >>> normalise_email(" Yu.Shiming@Mail.Example ")
    'yu.shiming@mail.example'
    >>> normalise_email("yu.shiming") is None
    True
    """
    text = text_or_none(email)
    if text is None:
        return None
    folded = fold("".join(fold(text).split()))
    return folded if re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s.]+", folded) else None


_STREETS = {"大道": "avenue", "路": "road", "街": "street", "巷": "lane"}
_SPELT = {
    **dict.fromkeys(("road", "rd", "lu"), "road"),
    **dict.fromkeys(("street", "st", "str", "jie"), "street"),
    **dict.fromkeys(("avenue", "ave", "av", "dadao"), "avenue"),
    **dict.fromkeys(("lane", "ln", "xiang"), "lane"),
    **dict.fromkeys(("district", "dist", "qu"), "district"),
    **dict.fromkeys(("building", "bldg", "blk", "block"), "building"),
    **dict.fromkeys(("room", "rm", "apt", "flat", "suite"), "room"),
    **dict.fromkeys(("number", "no", "num"), "no"),
}
_ENDS = {
    "road": "street",
    "street": "street",
    "avenue": "street",
    "lane": "street",
    "district": "district",
    "city": "city",
}
_BEFORE_NUMBER = ("no", "building", "unit", "room")
_PARTS = ("street", "no", "building", "unit", "room", "district", "city")
_CITIES = _words(
    "beijing shanghai tianjin chongqing guangzhou shenzhen hangzhou wuhan xian "
    "chengdu mianyang deyang leshan yibin yaan nanchong hefei"
)
_DROPPED = frozenset(("sichuan", "sichuanprovince", "china", "prchina"))
_UNIT_WORDS = dict(
    zip(
        "省市区县镇乡村路街巷道号栋幢座楼层单元室房",
        _words(
            "sheng shi qu xian zhen xiang cun lu jie xiang dao hao dong zhuang zuo "
            "lou ceng dan yuan shi fang"
        ),
        strict=True,
    )
)


def normalise_address(address: Any) -> str | None:
    """Return an address in letters, abbreviations written out, parts in one order.

    Rules: characters become Pinyin; 路, Rd. and Lu are all road, and so on; what names
    a part (12号, No. 12; 3栋, Bldg 3; 3-2-502 for building, unit, room) is labelled;
    province and country go; parts come as street, number, building, unit, room,
    district, city, and what was not understood last.

    Args:
        address: the address as written, in Chinese or Latin script.

    Returns:
        The normal form, or None where there is nothing in it. Normalising twice
        changes nothing.

    >>> normalise_address("成都市锦江区春熙路12号3栋2单元502室")
    'chunxi road, no 12, building 3, unit 2, room 502, jinjiang district, chengdu city'
    >>> normalise_address("Rm 502, Unit 2, Bldg 3, 12 Chunxi Rd.")
    'chunxi road, no 12, building 3, unit 2, room 502'
    """
    text = text_or_none(address)
    if text is None:
        return None
    parts = address_parts(text)
    words = [
        f"{label} {parts[label]}" if label in _BEFORE_NUMBER else parts[label]
        for label in _PARTS
        if label in parts
    ]
    return ", ".join([*words, *filter(None, [parts.get("rest")])]) or None


def _says_nothing(text: str) -> bool:
    words = " ".join(re.findall(r"[^\W_]+", text))
    return not words or words == "n a" or words in _UNUSABLE


@lru_cache(maxsize=65_536)
def address_parts(text: str) -> Mapping[str, str]:
    """Take an address apart: street, no, building, unit, room, district, city, rest."""
    text = fold(text).replace("'", "").replace("’", "")
    if _says_nothing(text):
        return {}
    text = _address_in_letters(text)
    parts: dict[str, str] = {}
    rest: list[str] = []
    words: list[str] = []

    def close(label: str = "") -> None:
        """File the words read so far, as *label* or as what they are."""
        whole = _SPELT.get("".join(words), "".join(words))
        kind = _ENDS.get(label, "city" if whole in _CITIES else "")
        if kind and whole and kind not in parts:
            parts[kind] = f"{whole} {label or 'city'}"
        elif whole and (label or whole not in _DROPPED):
            rest.append(" ".join([*words, label] if label else words))
        words.clear()

    tokens = re.findall(r"[0-9]+(?:-[0-9]+)*|,|[^\W\d_]+", text)
    at = 0
    while at < len(tokens):
        token = _SPELT.get(tokens[at], tokens[at])
        following = tokens[at + 1] if at + 1 < len(tokens) else ""
        at += 1
        if token == ",":
            close()
        elif token in _BEFORE_NUMBER and following.isascii() and following.isdigit():
            at += 1
            number = following.lstrip("0") or "0"
            if token in parts:
                rest.append(f"{token} {number}")
            else:
                parts[token] = number
        elif token[0] in "0123456789":
            _file_numbers(token, parts, rest)
        elif token in _ENDS and words:
            close(token)
        else:
            words.append(token)
    close()
    if rest:
        parts["rest"] = ", ".join(rest)
    if set(parts) == {"rest"} and _says_nothing(parts["rest"]):
        return {}
    return MappingProxyType(parts)


def _file_numbers(token: str, parts: dict[str, str], rest: list[str]) -> None:
    """File 12 as the number in the street, 3-2-502 as building, unit and room."""
    numbers = [number.lstrip("0") or "0" for number in token.split("-")]
    labels = {1: ("no",), 2: ("building", "room"), 3: ("building", "unit", "room")}
    wanted = labels.get(len(numbers), ())
    if wanted and not any(label in parts for label in wanted):
        parts.update(zip(wanted, numbers, strict=True))
    else:
        rest.append("-".join(numbers))


def _address_in_letters(text: str) -> str:
    """Write the characters of an address as letters, with the labels of its parts."""
    if not re.search(f"[{HAN}]", text):
        return text

    def label(pattern: str, word: str, *, times: int = 0) -> None:
        nonlocal text
        text = re.sub(
            pattern, lambda m: f", {_letters(m[1])} {word}, ", text, count=times
        )

    text = re.sub("中国", ", ", text)
    text = re.sub(f"([{HAN}]{{2,3}}?)省", lambda m: f", {_letters(m[1])}, ", text)
    # 草市街 is a street and 市中区 a district: a city is named once, by two
    # characters or more that end nothing else.
    label(f"((?:(?![省市区县路街巷道号])[{HAN}]){{2,4}}?)市", "city", times=1)
    label(f"([{HAN}]{{1,4}}?)[区县]", "district", times=1)
    for end, word in _STREETS.items():
        label(f"([{HAN}]+?){end}", word)
    for end, word in (
        ("(?:栋|幢|座|号楼)", "building"),
        ("单元", "unit"),
        ("[室房]", "room"),
        ("号", "no"),
    ):
        text = re.sub(f"([0-9]+) *{end}", rf", {word} \1, ", text)
    return re.sub(f"[{HAN}]+", lambda m: _letters(m[0]), text)


def _letters(characters: str) -> str:
    given = _readings()[1]
    return "".join(
        _UNIT_WORDS.get(character) or given.get(character, character)
        for character in characters
    )


_NORMAL: dict[str, Callable[[Any], str | None]] = {
    "name": name_key,
    "phone": normalise_phone,
    "email": normalise_email,
    "address": normalise_address,
}


def comparable(name: str, value: Any) -> Hashable:
    """Return what two values of a field must share to say the same thing."""
    if name in _NORMAL:
        return _NORMAL[name](value) or value
    return " ".join(fold(value).split()) if isinstance(value, str) else value
