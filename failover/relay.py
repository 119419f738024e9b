#!/usr/bin/env python3
"""A TCP relay for the ports of one machine. Stopped with SIGSTOP it is a cable that was pulled: nothing gets through and nothing is
closed. After SIGCONT what was sent meanwhile arrives, as after retransmission.

Arguments: LISTEN_PORT:TARGET_PORT ..., all on 127.0.0.1.
"""

import asyncio
import signal
import sys

HOST = "127.0.0.1"


async def copy(reader, writer):
    """Copies until one side ends, and ends the other in the same way: by a close, or by a reset."""
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
        writer.write_eof()
    except OSError:
        writer.transport.abort()


async def relay(target, reader, writer):
    try:
        target_reader, target_writer = await asyncio.open_connection(HOST, target)
    except OSError:
        writer.transport.abort()
        return
    await asyncio.gather(copy(reader, target_writer), copy(target_reader, writer))
    for ended in [writer, target_writer]:
        ended.close()


async def main():
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, sys.exit)
    for pair in sys.argv[1:]:
        port, target = map(int, pair.split(":"))
        await asyncio.start_server(lambda reader, writer, target=target: relay(target, reader, writer), HOST, port)
    await asyncio.Event().wait()


asyncio.run(main())
