"""Command line of the stand-in: ``python -m jupyter_llm_meter.standin [--port PORT] [--pace SECONDS]``.

The first line on standard output is the address, once the socket is listening; a caller may wait for it.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from socket import socket

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets

from jupyter_llm_meter.standin.app import make_app


def main(argv: list[str] | None = None) -> int:
    """Serve until interrupted or terminated.

    Returns:
        0 after an orderly stop, 1 when the port could not be had.
    """
    arguments = _parser().parse_args(argv)
    try:
        sockets = bind_sockets(arguments.port, address=arguments.host)
    except OSError as error:
        sys.stderr.write(
            f"The stand-in provider cannot listen on {arguments.host}:{arguments.port}: {error.strerror}. "
            "Choose another port, or --port 0 for any free one.\n"
        )
        return 1
    port = sockets[0].getsockname()[1]
    server = HTTPServer(make_app(pace_s=arguments.pace))
    asyncio.run(_serve(server, sockets, f"http://{arguments.host}:{port}"))
    return 0


async def _serve(server: HTTPServer, sockets: list[socket], address: str) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    server.add_sockets(sockets)
    sys.stdout.write(f"{address}\n")
    sys.stdout.flush()
    await stop.wait()
    server.stop()
    await server.close_all_connections()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m jupyter_llm_meter.standin",
        description="A local stand-in for the APIs of OpenAI, Azure, Anthropic and Gemini.",
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=0, help="port to listen on; 0 picks a free one (default)")
    parser.add_argument(
        "--pace",
        type=float,
        default=0.01,
        help="seconds between two pieces of a streamed answer (default: %(default)s)",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
