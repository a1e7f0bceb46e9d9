#!/usr/bin/env python3
"""Edits the WAFPolicy of a running instance under load. Each edit changes a rule beside the Core Rule Set: it is in force when a request
is refused by it, and in all replicas when each has acknowledged what was published. All the while requests go at a fixed rate over
kept connections; one that is not answered with 200 has failed. Exit code 1 when any failed."""
import argparse
import http.client
import json
import os
import pathlib
import statistics
import sys
import threading
import time

HOST = "127.0.0.1"


class Client:
    """One kept connection."""

    def __init__(self, port):
        self.port, self.connection = port, None

    def get(self, path):
        if self.connection is None:
            self.connection = http.client.HTTPConnection(HOST, self.port, timeout=10)
        try:
            self.connection.request("GET", path, headers={"Host": "www.example.com", "User-Agent": "bench", "Accept": "*/*"})
            response = self.connection.getresponse()
            body = response.read()
            return response.status, body
        except (OSError, http.client.HTTPException):
            self.connection.close()
            self.connection = None
            raise


class Load:
    """An open loop: a slow answer does not lower the rate of the others."""

    def __init__(self, port, rate, threads=4):
        self.port, self.interval = port, threads / rate
        self.stopping, self.lock = threading.Event(), threading.Lock()
        self.latencies, self.failures = [], {}
        self.threads = [threading.Thread(target=self.run, args=(n * self.interval / threads,)) for n in range(threads)]

    def start(self):
        self.started = time.monotonic()
        for thread in self.threads:
            thread.start()

    def stop(self):
        self.stopping.set()
        for thread in self.threads:
            thread.join()

    def run(self, offset):
        client, due, latencies, failures = Client(self.port), self.started + offset, [], {}
        while not self.stopping.is_set():
            time.sleep(max(0, due - time.monotonic()))
            try:
                status, _ = client.get("/on?page=2&sort=price")
                reason = None if status == 200 else f"status {status}"
            except (OSError, http.client.HTTPException) as e:
                reason = f"{type(e).__name__}: {e}"
            latencies.append(time.monotonic() - due)
            if reason:
                failures[reason] = failures.get(reason, 0) + 1
            due += self.interval
        with self.lock:
            self.latencies += latencies
            for reason, count in failures.items():
                self.failures[reason] = self.failures.get(reason, 0) + count


def save(policy, text):
    new = policy.with_name(policy.name + ".new~")
    new.write_text(text)
    os.replace(new, policy)


def percentile(values, p):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * p / 100))]


def acknowledged(admin):
    """Whether every replica of waf-svc has what was published."""
    _, body = admin.get("/gatehouse/status")
    replicas = [each for each in json.loads(body)["proxies"] if each["fleet"] == "gatehouse/waf"]
    return len(replicas) > 1 and all(each["acknowledged"] >= each["published"] for each in replicas)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--admin-port", type=int, required=True)
    parser.add_argument("--policy", type=pathlib.Path, required=True)
    parser.add_argument("--edits", type=int, default=30)
    parser.add_argument("--rate", type=float, default=200)
    options = parser.parse_args()
    base = options.policy.read_text().rstrip()
    probe, admin, load = Client(options.port), Client(options.admin_port), Load(options.port, options.rate)
    forces, everywhere, missed = [], [], 0
    load.start()
    time.sleep(2)
    for number in range(1, options.edits + 1):
        rule = f'SecRule ARGS:probe "@streq edit{number}" "id:100000,phase:1,deny,status:403"'
        save(options.policy, f"{base}\n  directives:\n  - {rule}\n")
        saved = time.monotonic()
        in_force = None
        while time.monotonic() - saved < 10:
            now = time.monotonic() - saved
            if in_force is None and probe.get(f"/on?probe=edit{number}")[0] == 403:
                in_force = time.monotonic() - saved
            if in_force is not None and acknowledged(admin):
                break
            time.sleep(0.005)
        else:
            missed += 1
            continue
        forces.append(in_force)
        everywhere.append(time.monotonic() - saved)
        time.sleep(0.3)
    load.stop()
    failed = sum(load.failures.values())
    print(f"requests: {len(load.latencies)}, failed: {failed}")
    for reason, count in sorted(load.failures.items(), key=lambda item: -item[1]):
        print(f"  {count} x {reason}")
    print("answered within: p50 %.1f ms, p99 %.1f ms" % (1000 * percentile(load.latencies, 50), 1000 * percentile(load.latencies, 99)))
    print(f"edits: {options.edits}, not in force everywhere within 10 s: {missed}")
    for name, seconds in (("in force", forces), ("acknowledged by every replica", everywhere)):
        if seconds:
            print("from save to %s: first %.0f ms, then p50 %.0f ms, p99 %.0f ms"
                  % (name, 1000 * seconds[0], 1000 * statistics.median(seconds[1:] or seconds), 1000 * percentile(seconds[1:] or seconds, 99)))
    return 1 if failed or missed else 0


if __name__ == "__main__":
    sys.exit(main())
