"""python -m benchmarks.sink: a mail server that takes all and keeps nothing. Says its port, ends with its input."""

import socketserver
import sys
import threading


class Session(socketserver.StreamRequestHandler):
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


class Sink(socketserver.ThreadingTCPServer):
    """Every connection in a thread."""

    daemon_threads = True


def main() -> None:
    """Serve until standard input ends."""
    with Sink(("127.0.0.1", 0), Session) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        print(server.server_address[1], flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
