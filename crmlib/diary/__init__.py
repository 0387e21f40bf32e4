"""The contact diary 客户日志: a customer's whole history, in a database.

The diary holds a base file 基本档案 for each customer and entries of six kinds:
contact, sample, account, return, payment, invoice. `open` opens one: a SQLite file for
oneself, PostgreSQL by its address when a team shares it; all else is the same on both.

- **When.** ``happened_at`` is the firm's wall clock, without a zone; ``recorded_at`` is
  the diary's own clock (``now=``), in UTC. Nothing here reads the system's clock when
  another is given.
- **Nothing vanishes.** A correction keeps what stood there before, who changed it, when
  and why. Entries are withdrawn, not deleted. Rows that are wrong are refused as a
  whole table with every reason, or set aside as they are.
- **Confirmed is confirmed.** When `Diary.log` returns, the entry is on disk, also if
  the program is killed the next moment (SQLite: WAL, synchronous=FULL). Two programs
  may write at once. Keep a SQLite diary on a local disk: network folders do not lock.
- **Who reads.** Each read of a customer's file is logged, and refused to those who may
  not. That guards the interface, not the file: whoever holds a SQLite file, or the
  password of the server, can read it with other tools.
- **Older diaries** are copied, then brought to today's layout; newer ones are refused.

Money is integer cents (100 = 1 yuan). Source of the contents: the course's chapter on
customer information management, section 3; of the fields, what contact logs hold in
practice (EspoCRM, Odoo, Twenty, Monica).
"""

from __future__ import annotations

from pathlib import Path

from crmlib.diary._access import ROLES, AccessRefused
from crmlib.diary._analysis import (
    Association,
    Slope,
    associate,
    basic,
    slope,
    trend,
)
from crmlib.diary._entries import (
    CHANNELS,
    CUSTOMER_COLUMNS,
    DIRECTIONS,
    ENTRY_COLUMNS,
    KINDS,
    OUTCOMES,
    UNREACHED,
)
from crmlib.diary._log import Log
from crmlib.diary._persons import Erased, Persons, frames
from crmlib.diary._reminders import Reminders
from crmlib.diary._store import Clock, connect

__all__ = [
    "CHANNELS",
    "CUSTOMER_COLUMNS",
    "DIRECTIONS",
    "ENTRY_COLUMNS",
    "KINDS",
    "OUTCOMES",
    "ROLES",
    "UNREACHED",
    "AccessRefused",
    "Association",
    "Diary",
    "Erased",
    "Slope",
    "associate",
    "basic",
    "frames",
    "open",
    "slope",
    "trend",
]


class Diary(Log, Reminders, Persons):
    """A contact diary; `open` makes one.

    Write: `add_customers`, `correct_customer`, `log`, `log_many`, `problems`,
    `set_aside`, `correct`, `withdraw`, `restore`, `history`. Read: `customers`,
    `base_file`, `timeline`, `entries`, `search`, `chain`, `balances`,
    `running_account`. Remind: `follow_ups`, `last_contact`, `set_cadence`, `cadence`,
    `losing_touch`. Guard: `as_user`, `allow`, `readers`, `lend`, `loans`,
    `access_log`, `export_person`, `erase_person`.

    >>> import pandas as pd
    >>> from crmlib import diary
    >>> with diary.open(":memory:", user="Lin Yue") as book:
    ...     book.add_customers(
    ...         pd.DataFrame({"customer_id": ["C00001"], "name": ["Gao Hong"]})
    ...     )
    ...     number = book.log(
    ...         customer_id="C00001",
    ...         kind="contact",
    ...         happened_at="2025-03-01 14:30",
    ...         channel="phone",
    ...         outcome="information_given",
    ...         note="问过红茶价格; wants a price list",
    ...     )
    ...     found = book.search("红茶")
    >>> found[["entry_id", "customer_id", "channel"]]
       entry_id customer_id channel
    0         1      C00001   phone
    """


def open(target: str | Path, *, user: str = "owner", now: Clock | None = None) -> Diary:
    """Open a diary; make it if there is none, bring an older one to today's layout.

    Args:
        target: path of a SQLite file, ``":memory:"`` for one that is gone when it is
            closed, or ``postgresql://user:password@host/database`` (needs the extra
            ``postgres``).
        user: the name under which it is read and written. The first user of a new
            diary becomes its clerk; others are let in with `Diary.allow`.
        now: the clock, a function without arguments that returns the time: aware, or
            naive in UTC. The system's clock when None.

    Returns:
        The diary. Close it with ``with`` or `Diary.close`.

    Raises:
        DataNotFound: the folder of the file is not there.
        CrmError: the target is no diary, cannot be reached, or has been written by a
            newer crmlib; nothing was changed.

    >>> import datetime as dt
    >>> clock = lambda: dt.datetime(2025, 12, 31, 9, 0, tzinfo=dt.UTC)
    >>> with open(":memory:", user="Lin Yue", now=clock) as book:
    ...     book.readers()
          user   role
    0  Lin Yue  clerk
    """
    return connect(Diary, target, user=user, now=now)
