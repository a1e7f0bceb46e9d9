"""Sends GET requests to a URL, with an API key, until SIGTERM: half of the clients over kept connections, half with a new one for each.

Prints "SENT FAILED" on standard output, a line for each failure on standard error: what was wrong, when, the request's User-Agent, which is its own
and so finds it in access logs, and how the answer begins. A kept connection that the server closes while it is idle is opened again, as every
client does; a request that got no answer, or another than 200, is a failure.
"""

import datetime
import http.client
import os
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


def failed(number, what, agent, body=b""):
    counts[number][1] += 1
    now = datetime.datetime.now(datetime.timezone.utc).strftime("%H:%M:%S.%f")[:-3]
    # In one piece: the clients are threads.
    sys.stderr.write(f"{what}; {now} {agent} {body[:200].decode(errors='replace')}".replace("\n", " ").strip() + "\n")
    sys.stderr.flush()


def client(number):
    keep = number % 2 == 0
    connection = None
    asked = 0
    while not stop.is_set():
        fresh = connection is None
        if fresh:
            connection = http.client.HTTPConnection(url.hostname, url.port or 80, timeout=10)
        asked += 1
        agent = f"load/{os.getpid()}-{number}-{asked}"
        headers = KEY | {"User-Agent": agent} | ({} if keep else {"Connection": "close"})
        try:
            connection.request("GET", url.path, headers=headers)
            answer = connection.getresponse()
            body = answer.read()
            counts[number][0] += 1
            if answer.status != 200:
                failed(number, f"status {answer.status}", agent, body)
            if not keep or answer.will_close:
                connection.close()
                connection = None
        except http.client.RemoteDisconnected as failure:
            connection.close()
            connection = None
            if fresh:
                counts[number][0] += 1
                failed(number, type(failure).__name__, agent)
        except (OSError, http.client.HTTPException) as failure:
            connection.close()
            connection = None
            counts[number][0] += 1
            failed(number, type(failure).__name__, agent, str(failure).encode())
        time.sleep(PAUSE)


threads = [threading.Thread(target=client, args=(number,)) for number in range(CLIENTS)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(sum(c[0] for c in counts), sum(c[1] for c in counts))
