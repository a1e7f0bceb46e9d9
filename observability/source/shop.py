"""Users of the shop of example/shop.yaml: traffic of every kind, and the identity provider of its sign-on."""

import base64
import http.client
import http.server
import json
import ssl
import subprocess
import threading
import time
import urllib.parse


class Provider:
    """Logs everybody in. Codes get their nonces from who signs on.

    issuer: its URL; folder: for its key; certificate: a pair of files, certificate and key, for https"""

    def __init__(self, issuer, folder):
        self.issuer, self.key = issuer, folder / "provider.pem"
        self.nonces = {}
        subprocess.run(["openssl", "genrsa", "-out", self.key, "2048"], check=True, stderr=subprocess.DEVNULL)
        self.modulus = subprocess.run(["openssl", "rsa", "-in", self.key, "-noout", "-modulus"], check=True, stdout=subprocess.PIPE, text=True).stdout

    def code(self, nonce):
        """A code for a login with that nonce."""
        code = "code-%d" % len(self.nonces)
        self.nonces[code] = nonce
        return code

    @staticmethod
    def encoded(data):
        return base64.urlsafe_b64encode(data).rstrip(b"=").decode()

    def token(self, code):
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": "shop", "sub": "alice", "iat": now, "exp": now + 300, "nonce": self.nonces.get(code, "")}
        text = ".".join(self.encoded(json.dumps(each).encode()) for each in ({"alg": "RS256", "kid": "1"}, claims))
        signature = subprocess.run(["openssl", "dgst", "-sha256", "-sign", self.key], input=text.encode(), check=True, stdout=subprocess.PIPE).stdout
        return {"access_token": "opaque", "token_type": "Bearer", "expires_in": 300, "id_token": text + "." + self.encoded(signature)}

    def serve(self, address, certificate=None):
        provider = self

        class Pages(http.server.BaseHTTPRequestHandler):
            def answer(self, body):
                self.send_response(200)
                self.send_header("content-type", "application/json")
                self.end_headers()
                self.wfile.write(json.dumps(body).encode())

            def do_GET(self):
                issuer = provider.issuer
                if self.path.startswith("/.well-known/"):
                    self.answer({"issuer": issuer, "authorization_endpoint": issuer + "/authorize", "token_endpoint": issuer + "/token",
                                 "jwks_uri": issuer + "/keys", "id_token_signing_alg_values_supported": ["RS256"],
                                 "response_types_supported": ["code"], "subject_types_supported": ["public"]})
                else:
                    number = provider.encoded(bytes.fromhex(provider.modulus.strip().split("=")[1]))
                    self.answer({"keys": [{"kty": "RSA", "use": "sig", "alg": "RS256", "kid": "1", "n": number, "e": "AQAB"}]})

            def do_POST(self):
                form = urllib.parse.parse_qs(self.rfile.read(int(self.headers["content-length"])).decode())
                self.answer(provider.token(form["code"][0]))

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(address, Pages)
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()


class Users:
    """Requests of every kind to a proxy, until stop is set. served: kind -> how many were answered as that kind is.

    change: makes a change of the configuration, and returns whether it did"""

    def __init__(self, address, http_port, https_port, provider, change):
        self.address, self.http, self.https, self.provider, self.change = address, http_port, https_port, provider, change
        self.stop = threading.Event()
        self.served = {"good": 0, "slow": 0, "5xx": 0, "limited": 0, "blocked": 0, "denied": 0, "canary": 0, "signing on": 0, "tls": 0, "changes": 0}

    def request(self, path, **headers):
        connection = http.client.HTTPConnection(self.address, self.http, timeout=10)
        try:
            connection.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})
            answer = connection.getresponse()
            answer.read()
            return answer.status, answer
        finally:
            connection.close()

    def sign_on(self):
        """One login; true if the user is led back to the page."""
        _, answer = self.request("/account")
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(answer.getheader("location") or "").query)
        if "state" not in query:
            return False
        code = self.provider.code(query.get("nonce", [""])[0])
        cookies = "; ".join(each.split(";")[0] for each in answer.headers.get_all("set-cookie") or [])
        back = urllib.parse.urlsplit(query["redirect_uri"][0]).path
        status, _ = self.request(back + "?" + urllib.parse.urlencode({"code": code, "state": query["state"][0]}), cookie=cookies)
        return status == 302

    def tls(self):
        connection = http.client.HTTPSConnection(self.address, self.https, timeout=10, context=ssl._create_unverified_context())
        try:
            connection.request("GET", "/get", headers={"host": "localhost"})
            return connection.getresponse().status == 200
        finally:
            connection.close()

    def begin(self):
        def asks(wanted, path, **headers):
            return lambda: self.request(path, **headers)[0] in wanted

        def repeated(kind, once, pause):
            while not self.stop.is_set():
                try:
                    self.served[kind] += once()
                except (OSError, http.client.HTTPException):
                    pass
                self.stop.wait(pause)

        for arguments in [("good", asks({200}, "/get"), 0.1), ("canary", asks({200}, "/anything/canary"), 0.1),
                          *[("slow", asks({200}, "/delay/2"), 0)] * 24,
                          ("5xx", asks({503}, "/status/503"), 0.3), ("limited", asks({429}, "/limited"), 0.3),
                          ("blocked", asks({403}, "/get?q=%3Cscript%3Ealert(1)%3C/script%3E"), 0.5), ("denied", asks({401}, "/keys"), 0.5),
                          ("5xx", asks({503, 500}, "/gone"), 1),
                          ("good", asks({200}, "/keys?q=%3Cscript%3E", X_Api_Key="alices-key"), 0.5),
                          ("good", asks({200}, "/keys", X_Api_Key="alices-key", X_Team="orders"), 0.5),
                          ("tls", self.tls, 0.5), ("signing on", self.sign_on, 0.5), ("changes", self.change, 2)]:
            threading.Thread(target=repeated, args=arguments, daemon=True).start()
