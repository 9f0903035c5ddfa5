"""The server's transactions on SQLite wait for each other; its time zones come from one package."""

import asyncio
import subprocess
import sys

import pytest
import sqlalchemy as sa
from prefect.server.database.configurations import AioSqliteConfiguration

from flows.operate.prefect_server import take_locks_first


@pytest.fixture
def count_at_once(tmp_path, monkeypatch):
    """Let transactions read a number at once, wait, and write the next one; return the number at the end."""
    monkeypatch.setattr(AioSqliteConfiguration, "begin_transaction", AioSqliteConfiguration.begin_transaction)

    async def count(transactions):
        configuration = AioSqliteConfiguration(f"sqlite+aiosqlite:///{tmp_path}/counts.db")
        engine = await configuration.engine()

        async def add_one():
            async with (
                await configuration.session(engine) as session,
                configuration.begin_transaction(session),
            ):
                number = (await session.execute(sa.text("select number from counts"))).scalar_one()
                await asyncio.sleep(0.02)
                await session.execute(sa.text("update counts set number = :next"), {"next": number + 1})

        async with engine.begin() as connection:
            await connection.execute(sa.text("create table counts (number integer)"))
            await connection.execute(sa.text("insert into counts values (0)"))
        await asyncio.gather(*(add_one() for _ in range(transactions)))
        async with engine.connect() as connection:
            return (await connection.execute(sa.text("select number from counts"))).scalar_one()

    return lambda transactions: asyncio.run(count(transactions))


def test_transactions_that_read_and_then_write_wait_for_each_other(count_at_once):
    take_locks_first()
    assert count_at_once(8) == 8


def test_without_it_sqlite_ends_them_at_once(count_at_once):
    """Once Prefect takes its locks first itself, this fails, and the module can go."""
    with pytest.raises(sa.exc.OperationalError, match="database is locked"):
        count_at_once(8)


def test_a_session_within_a_transaction_reads(tmp_path, monkeypatch):
    monkeypatch.setattr(AioSqliteConfiguration, "begin_transaction", AioSqliteConfiguration.begin_transaction)
    take_locks_first()

    async def read_within():
        configuration = AioSqliteConfiguration(f"sqlite+aiosqlite:///{tmp_path}/nested.db")
        engine = await configuration.engine()
        async with await configuration.session(engine) as outer, configuration.begin_transaction(outer):
            await outer.execute(sa.text("create table counts (number integer)"))
            async with await configuration.session(engine) as inner:
                return (await inner.execute(sa.text("select count(*) from sqlite_master"))).scalar_one()

    assert asyncio.run(asyncio.wait_for(read_within(), 10)) == 0


def test_time_zones_come_from_the_package_alone():
    words = (
        "import zoneinfo; from flows.operate.prefect_server import limit_time_zones; limit_time_zones(); "
        "print(zoneinfo.TZPATH, 'Asia/Jakarta' in zoneinfo.available_timezones())"
    )
    ran = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "() True"
