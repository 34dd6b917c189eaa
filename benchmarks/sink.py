"""python -m benchmarks.sink [--bare]: a mail server that keeps nothing. Says its port, ends with its input.

aiosmtpd, a server as the RFCs have it, takes about a millisecond a mail. Bare: one that answers without a look at what
it is told, faster than any real one.
"""

import socket
import socketserver
import sys
import threading

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class Keeps:
    """Takes every mail, keeps nothing."""

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """The answer to a mail."""
        del server, session, envelope
        return "250 taken"


class Bare(socketserver.StreamRequestHandler):
    """One connection: every command is fine, every mail is taken."""

    disable_nagle_algorithm = True

    def handle(self) -> None:
        """Answer until the client leaves."""
        self.wfile.write(b"220 sink\r\n")
        while line := self.rfile.readline():
            command = line[:4].upper()
            if command == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                while (data := self.rfile.readline()) != b".\r\n":
                    if not data:
                        return
                self.wfile.write(b"250 taken\r\n")
            elif command == b"QUIT":
                self.wfile.write(b"221 bye\r\n")
                return
            else:
                self.wfile.write(b"250 fine\r\n")


class BareServer(socketserver.ThreadingTCPServer):
    """Every connection in a thread."""

    daemon_threads = True


def main() -> None:
    """Serve until standard input ends."""
    if "--bare" in sys.argv:
        with BareServer(("127.0.0.1", 0), Bare) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            print(server.server_address[1], flush=True)
            sys.stdin.read()
        return
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(Keeps(), hostname="127.0.0.1", port=port)
    controller.start()
    print(port, flush=True)
    sys.stdin.read()
    controller.stop()


if __name__ == "__main__":
    main()
