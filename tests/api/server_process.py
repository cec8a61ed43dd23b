"""A server on a furnished database; tests kill it at named points."""

import socket
import sys
from pathlib import Path

import uvicorn

from api.app import create_app
from api.settings import Settings


def main() -> None:
    listening = socket.create_server(("127.0.0.1", 0))
    settings = Settings(folder=Path(sys.argv[1]), database_url=sys.argv[2])
    config = uvicorn.Config(create_app(settings), log_level="error", access_log=False)
    print(listening.getsockname()[1], flush=True)
    uvicorn.Server(config).run(sockets=[listening])


if __name__ == "__main__":
    main()
