import asyncio
import threading

import pytest

from bot.discord.pool import Busy, Pool

pytestmark = pytest.mark.anyio


async def test_cancelled_work_keeps_its_slot_until_it_ends() -> None:
    pool, gate = Pool(workers=1, queue=0), threading.Event()
    running = asyncio.create_task(pool.run(gate.wait))
    await asyncio.sleep(0.05)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    with pytest.raises(Busy):
        await pool.run(lambda: None)
    gate.set()
    for _ in range(100):
        try:
            await pool.run(lambda: None)
            break
        except Busy:
            await asyncio.sleep(0.01)
    else:
        pytest.fail("its place was never free again")
    pool.close()
