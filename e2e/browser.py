"""A browser of few words, for sign-on at Keycloak: keeps cookies in a file, and says each step.

  browser.py --address ADDRESS --cacert FILE --cookies FILE get URL
  browser.py … sign-on URL USER PASSWORD
  browser.py … sign-out URL

Every host is looked for at ADDRESS, port 443, with the certificate authorities of FILE. "get" prints the status, where it leads, and the body.
"sign-on" opens URL, follows the redirects to the provider's form, fills it in, follows the redirects back, and prints the body it finds
there. "sign-out" opens URL and follows the redirects. Both end with 1 where a step is not what it has to be.
"""

import argparse
import html
import http.client
import http.cookiejar
import re
import socket
import ssl
import sys
import urllib.parse
import urllib.request

arguments = argparse.ArgumentParser()
arguments.add_argument("--address", required=True)
arguments.add_argument("--cacert", required=True)
arguments.add_argument("--cookies", required=True)
arguments.add_argument("what", choices=["get", "sign-on", "sign-out"])
arguments.add_argument("url")
arguments.add_argument("user", nargs="?")
arguments.add_argument("password", nargs="?")
given = arguments.parse_args()

trust = ssl.create_default_context(cafile=given.cacert)
cookies = http.cookiejar.MozillaCookieJar(given.cookies)
try:
    cookies.load(ignore_discard=True)
except FileNotFoundError:
    pass


class Connection(http.client.HTTPSConnection):
    """Goes to the one address, and asks for the certificate of the host."""

    def connect(self):
        self.sock = trust.wrap_socket(
            socket.create_connection((given.address, self.port), self.timeout), server_hostname=self.host
        )


class Https(urllib.request.HTTPSHandler):
    def https_open(self, request):
        return self.do_open(Connection, request)


class AsTheyAre(urllib.request.HTTPErrorProcessor):
    """Answers of every status, and no redirect followed."""

    def http_response(self, request, response):
        return response

    https_response = http_response


opener = urllib.request.build_opener(Https, AsTheyAre, urllib.request.HTTPCookieProcessor(cookies))


def fail(message):
    print("browser:", message, file=sys.stderr)
    sys.exit(1)


def ask(url, form=None):
    """The answer's status, the address that it leads to or "", and its body."""
    request = urllib.request.Request(url, urllib.parse.urlencode(form).encode() if form else None)
    request.add_header("Accept", "text/html,*/*;q=0.8")
    with opener.open(request, timeout=20) as answer:
        body = answer.read().decode(errors="replace")
        location = answer.headers.get("Location") or ""
        cookies.save(ignore_discard=True)
        print(answer.status, request.get_method(), url.split("?")[0], file=sys.stderr)
        return answer.status, urllib.parse.urljoin(url, location) if location else "", body


def follow(url, form=None):
    """Follows redirects: the last answer's address, status and body."""
    status, location, body = ask(url, form)
    for _ in range(10):
        if not location:
            return url, status, body
        url = location
        status, location, body = ask(url)
    fail(f"more than ten redirects, the last to {url}")


if given.what == "get":
    status, location, body = ask(given.url)
    print(status, location)
    print(body)
elif given.what == "sign-on":
    page, status, body = follow(given.url)
    form = re.search(r'<form[^>]*\bid="kc-form-login"[^>]*>', body)
    action = form and re.search(r'\baction="([^"]*)"', form.group())
    if not action:
        fail(f"{page} answered {status} without the provider's form: {body[:500]}")
    page, status, body = follow(
        html.unescape(action.group(1)), {"username": given.user, "password": given.password, "credentialId": ""}
    )
    if status != 200 or page != given.url:
        fail(f"after sign-on the browser is at {page} with {status} (expected: {given.url} with 200): {body[:500]}")
    print(body)
else:
    page, status, body = follow(given.url)
    print(status, page)
