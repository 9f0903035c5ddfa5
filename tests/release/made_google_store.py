"""A server on loopback that answers as the XML interface of Google Cloud Storage does, as far as obstore asks it.

Google has no emulator that PyPI or npm offers. What counts here: x-goog-if-generation-match is honoured, a lost
condition is answered by 412, each write has a new generation, and a list has its keys in order.
"""

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape


class MadeGoogleStore(ThreadingHTTPServer):
    """Objects by name ("bucket/key"), each with its generation; `lost_answers` puts are done and not answered."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.objects: dict[str, tuple[bytes, int]] = {}
        self.generation = 0
        self.lost_answers = 0
        self.guard = threading.Lock()

    @property
    def service_account(self) -> str:
        """The key that sends obstore to this server, without asking for a token."""
        base = f"http://127.0.0.1:{self.server_port}"
        names = ("client_email", "private_key", "private_key_id")
        return json.dumps({"gcs_base_url": base, "disable_oauth": True, **dict.fromkeys(names, "")})


class _Handler(BaseHTTPRequestHandler):
    server: MadeGoogleStore
    protocol_version = "HTTP/1.1"

    def do_PUT(self):
        content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        name = self._name()
        if name.startswith("missing-"):  # a bucket that nobody made
            return self._answer(404)
        with self.server.guard:
            source = self.headers.get("x-goog-copy-source")
            if source is not None:
                if unquote(source) not in self.server.objects:
                    return self._answer(404)
                content = self.server.objects[unquote(source)][0]
            expected = self.headers.get("x-goog-if-generation-match")
            stored = self.server.objects.get(name, (b"", 0))[1]
            if expected is not None and int(expected) != stored:
                return self._answer(412)
            self.server.generation += 1
            self.server.objects[name] = (content, self.server.generation)
            if self.server.lost_answers:
                self.server.lost_answers -= 1
                self.close_connection = True
                return None
        return self._answer(200, generation=self.server.objects[name][1])

    def do_GET(self):
        query = parse_qs(urlsplit(self.path).query)
        if "list-type" in query:
            bucket = self._name()
            prefix = f"{bucket}/{query.get('prefix', [''])[0]}"
            entries = "".join(
                f"<Contents><Key>{escape(name.removeprefix(bucket + '/'))}</Key><Size>{len(content)}</Size>"
                f'<LastModified>2026-11-30T04:00:00.000Z</LastModified><ETag>"{generation}"</ETag></Contents>'
                for name, (content, generation) in sorted(self.server.objects.items())
                if name.startswith(prefix)
            )
            return self._answer(200, f"<ListBucketResult>{entries}</ListBucketResult>".encode())
        if self._name() not in self.server.objects:
            return self._answer(404)
        content, generation = self.server.objects[self._name()]
        return self._answer(200, content, generation)

    def do_DELETE(self):
        return self._answer(204 if self.server.objects.pop(self._name(), None) else 404)

    def log_message(self, *arguments):
        pass

    def _name(self) -> str:
        return unquote(urlsplit(self.path).path).strip("/")

    def _answer(self, status: int, content: bytes = b"", generation: int = 0) -> None:
        self.send_response(status)
        if generation:
            self.send_header("ETag", f'"{generation}"')
            self.send_header("x-goog-generation", str(generation))
            self.send_header("Last-Modified", "Mon, 30 Nov 2026 04:00:00 GMT")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@contextmanager
def serve_google_store():
    """Serve an empty store on a free port of loopback until the block ends."""
    store = MadeGoogleStore()
    thread = threading.Thread(target=store.serve_forever, daemon=True)
    thread.start()
    try:
        yield store
    finally:
        store.shutdown()
        store.server_close()
        thread.join()
