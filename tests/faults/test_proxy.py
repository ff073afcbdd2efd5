"""The faults are what they say they are."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit

from tests.faults.proxy import Proxy

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@asynccontextmanager
async def both_ends(**options: int) -> AsyncIterator[tuple[Proxy, Streams, Streams]]:
    """A proxy with one connection: the client's end and the server's."""
    accepted: asyncio.Queue[Streams] = asyncio.Queue()

    def keep(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        accepted.put_nowait((reader, writer))

    listener = await asyncio.start_server(keep, "127.0.0.1", 0)
    port = listener.sockets[0].getsockname()[1]
    async with listener, Proxy(port, **options) as proxy:
        address = urlsplit(proxy.base_url)
        client = await asyncio.open_connection(address.hostname, address.port)
        server = await accepted.get()
        yield proxy, client, server
        for _, writer in (client, server):
            writer.transport.abort()


async def test_it_forwards_both_ways_and_passes_an_end_on() -> None:
    async with both_ends() as (_, client, server):
        client[1].write(b"question")
        assert await server[0].readexactly(8) == b"question"
        server[1].write(b"answer")
        server[1].write_eof()
        assert await client[0].readexactly(6) == b"answer"


async def test_a_silenced_link_swallows_and_tells_nobody() -> None:
    async with both_ends() as (proxy, client, server):
        proxy.links[0].silence()
        server[1].write(bytes(8_000_000))
        await server[1].drain()
        client[1].write(b"unheard")
        for reader in (client[0], server[0]):
            read = asyncio.create_task(reader.read(1))
            done, _ = await asyncio.wait({read}, timeout=0.2)
            assert not done
            read.cancel()
        client[1].close()
        read = asyncio.create_task(server[0].read(1))
        done, _ = await asyncio.wait({read}, timeout=0.2)
        assert not done
        read.cancel()
        server[1].close()
        await asyncio.wait_for(proxy.links[0].ended.wait(), 5)


async def test_a_reader_that_stops_fills_the_servers_buffer_and_sees_it_reset() -> None:
    async with both_ends(receive_buffer=16_384) as (proxy, client, server):
        proxy.links[0].stop_reading()
        server[1].write(bytes(16_000_000))
        assert server[1].transport.get_write_buffer_size() > 8_000_000
        client[1].write(b"still there")
        assert await server[0].readexactly(11) == b"still there"
        assert not proxy.links[0].ended.is_set()
        linger = struct.pack("ii", 1, 0)  # so that closing resets, as Twisted's abort does
        server[1].get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        server[1].transport.abort()
        await asyncio.wait_for(proxy.links[0].ended.wait(), 5)


async def test_a_cut_link_ends_on_both_sides() -> None:
    async with both_ends() as (proxy, client, server):
        proxy.links[0].cut()
        for reader, _ in (client, server):
            with suppress(ConnectionError):
                assert await asyncio.wait_for(reader.read(), 5) == b""


async def test_an_unplugged_proxy_cuts_all_until_it_is_plugged_in() -> None:
    async with both_ends() as (proxy, client, _):
        address = urlsplit(proxy.base_url)
        await proxy.unplug()
        refused, _ = await asyncio.open_connection(address.hostname, address.port)
        for reader in (client[0], refused):
            with suppress(ConnectionError):
                assert await asyncio.wait_for(reader.read(), 5) == b""
        await proxy.plug_in()
        let_in, _ = await asyncio.open_connection(address.hostname, address.port)
        read = asyncio.create_task(let_in.read())
        done, _ = await asyncio.wait({read}, timeout=0.2)
        assert not done
        read.cancel()
