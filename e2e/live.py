"""Prints after how many milliseconds a change was live: python3 live.py URL STATUS SINCE

SINCE is when it was made, in milliseconds of the epoch. Requests go out one after the other, each on a connection of its own, until
thirty in a row had the status: replicas take turns, so all of them have the change by then. The time is that of the first of the thirty.
Nothing within a minute is a failure.
"""

import http.client
import sys
import time
import urllib.parse

IN_A_ROW = 30
PATIENCE = 60

url = urllib.parse.urlsplit(sys.argv[1])
wanted = int(sys.argv[2])
since = int(sys.argv[3]) / 1000
row = 0
first = 0.0
last = "no answer"
while row < IN_A_ROW:
    if time.time() - since > PATIENCE:
        sys.exit(f"{sys.argv[1]} answers {last} (expected: {wanted})")
    sent = time.time()
    connection = http.client.HTTPConnection(url.hostname, url.port or 80, timeout=10)
    try:
        connection.request("GET", url.path + ("?" + url.query if url.query else ""))
        last = connection.getresponse().status
    except (OSError, http.client.HTTPException) as failure:
        last = repr(failure)
    connection.close()
    if last != wanted:
        row = 0
    else:
        first = first if row else sent
        row += 1
print(round((first - since) * 1000))
