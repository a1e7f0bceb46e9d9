"""Sends GET requests to a URL, with an API key, until SIGTERM: half of the clients over kept connections, half with a new one for each.

Prints "SENT FAILED" on standard output, a line for each failure on standard error. A kept connection that the server closes
while it is idle is opened again, as every client does; a request that got no answer, or another than 200, is a failure.
"""

import http.client
import signal
import sys
import threading
import time
import urllib.parse

CLIENTS = 4
PAUSE = 0.01
KEY = {"X-Api-Key": "the-key-of-the-load"}

url = urllib.parse.urlsplit(sys.argv[1])
stop = threading.Event()
signal.signal(signal.SIGTERM, lambda *_: stop.set())
counts = [[0, 0] for _ in range(CLIENTS)]


def client(number):
    keep = number % 2 == 0
    connection = None
    while not stop.is_set():
        fresh = connection is None
        if fresh:
            connection = http.client.HTTPConnection(url.hostname, url.port or 80, timeout=10)
        try:
            connection.request("GET", url.path, headers=KEY if keep else KEY | {"Connection": "close"})
            answer = connection.getresponse()
            answer.read()
            counts[number][0] += 1
            if answer.status != 200:
                counts[number][1] += 1
                print("status", answer.status, file=sys.stderr)
            if not keep or answer.will_close:
                connection.close()
                connection = None
        except http.client.RemoteDisconnected as failure:
            connection.close()
            connection = None
            if fresh:
                counts[number][0] += 1
                counts[number][1] += 1
                print(repr(failure), file=sys.stderr)
        except (OSError, http.client.HTTPException) as failure:
            connection.close()
            connection = None
            counts[number][0] += 1
            counts[number][1] += 1
            print(repr(failure), file=sys.stderr)
        time.sleep(PAUSE)


threads = [threading.Thread(target=client, args=(number,)) for number in range(CLIENTS)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(sum(c[0] for c in counts), sum(c[1] for c in counts))
