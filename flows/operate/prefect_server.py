"""Prefect's server, whose transactions on SQLite take the write lock at their start and wait for it.

    python -m flows.operate.prefect_server          instead of `prefect server start`

Prefect begins most transactions without a lock and takes it at the first write. Where another connection has written
between a read and that write, SQLite ends the transaction at once with "database is locked", whatever its timeout says,
because what was read is out of date. With the lock taken first, a transaction waits for its turn (at most the 60 s of
Prefect's busy timeout). Postgres is left as it is.
"""

import importlib.util
import sys
import zoneinfo
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession, AsyncSessionTransaction


def take_locks_first() -> None:
    """Make every transaction that this process begins on SQLite an immediate one."""
    from prefect.server.database.configurations import SQLITE_BEGIN_MODE, AioSqliteConfiguration

    @asynccontextmanager
    async def begin_transaction(
        self: AioSqliteConfiguration, session: "AsyncSession", with_for_update: bool = False
    ) -> AsyncIterator["AsyncSessionTransaction"]:
        token = SQLITE_BEGIN_MODE.set("IMMEDIATE")
        try:
            async with session.begin() as transaction:
                await session.connection()  # sends BEGIN
                # A session that is opened within this one only reads; it would wait for us for ever.
                SQLITE_BEGIN_MODE.set("DEFERRED")
                yield transaction
        finally:
            SQLITE_BEGIN_MODE.reset(token)

    AioSqliteConfiguration.begin_transaction = begin_transaction  # type: ignore[method-assign]


def limit_time_zones() -> None:
    """Take time zones from the package tzdata alone, where that is installed.

    Prefect lists all zones each time it validates a schedule: in a package that is one file, in a system 1,200.
    """
    if importlib.util.find_spec("tzdata"):
        zoneinfo.reset_tzpath(())


def main() -> None:
    """Run `prefect server start` with the arguments of this process."""
    limit_time_zones()
    from prefect.cli import app

    take_locks_first()
    sys.argv[:1] = ["prefect", "server", "start"]
    app()


if __name__ == "__main__":
    main()
