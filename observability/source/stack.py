"""What a Prometheus and traces say of an instance, for observability/try and e2e/observability."""

import http.client
import json
import time
import urllib.error
import urllib.parse
import urllib.request

import dashboards

SILENCE = 90
# What the trace of a request with all hops has, by service and beginning of the name; and that of a change. "front.shop" is the proxies' service.
HOPS = [("front.shop", "ingress"), ("front.shop", "async"), ("gatehouse", "authorize"), ("gatehouse", "limit"), ("gatehouse", "inspect"),
        ("gatehouse", "request headers"), ("front.shop", "router")]
CHANGE = [("gatehouse", "configuration change"), ("gatehouse", "translate"), ("gatehouse", "publish"), ("gatehouse", "deliver"), ("gatehouse", "push ")]


def say(text):
    print("%s %s" % (time.strftime("%T"), text), flush=True)


def get(url):
    with urllib.request.urlopen(url, timeout=10) as answer:
        return json.loads(answer.read())


def until(what, condition, seconds=SILENCE):
    """What the condition returns, once that is something; SystemExit after the time."""
    end = time.monotonic() + seconds
    while True:
        try:
            result = condition()
            if result:
                return result
        except (OSError, ValueError, http.client.HTTPException):
            pass
        if time.monotonic() > end:
            raise SystemExit("gave up after %d s: %s" % (seconds, what))
        time.sleep(0.5)


class Prometheus:
    """A Prometheus at a URL, that reads every few seconds.

    interval: seconds that $__rate_interval of a dashboard stands for; kubernetes: whether the panels that only Kubernetes has are asked too"""

    def __init__(self, url, interval, kubernetes):
        self.url, self.interval, self.kubernetes = url, interval, kubernetes

    def query(self, expr, instant):
        for name, value in (("$__rate_interval", "%ds" % self.interval), ("$fleet", ".*"), ("$backend", ".*"), ("$instance", ".*")):
            expr = expr.replace(name, value)
        now = time.time()
        ask = {"query": expr, "time": now} if instant else {"query": expr, "start": now - 20, "end": now, "step": 2}
        url = "%s/api/v1/%s?%s" % (self.url, "query" if instant else "query_range", urllib.parse.urlencode(ask))
        try:
            return get(url)["data"]["result"]
        except urllib.error.HTTPError as e:
            raise ValueError("%s: %s" % (expr, json.loads(e.read()).get("error"))) from e

    def empty(self):
        """The panels without data, how many were asked, and how many were not, as they need Kubernetes."""
        without, asked, elsewhere = [], 0, 0
        for dashboard in dashboards.ALL.values():
            for panel in dashboard["panels"]:
                if "Only on Kubernetes." in panel["description"] and not self.kubernetes:
                    elsewhere += 1
                    continue
                asked += 1
                for target in panel["targets"]:
                    series = self.query(target["expr"], target["instant"])
                    values = [value[1] for each in series for value in each.get("values", [each.get("value")]) if value]
                    if not any(value not in ("NaN", "+Inf", "-Inf") for value in values):
                        without.append("%s / %s: %s" % (dashboard["title"], panel["title"], target["expr"]))
        return without, asked, elsewhere

    def failing_rules(self):
        """All rules, and the names of those that cannot be evaluated."""
        groups = get(self.url + "/api/v1/rules")["data"]["groups"]
        rules = [rule for group in groups for rule in group["rules"]]
        return rules, [rule["name"] for rule in rules if rule["health"] != "ok"]


def panels(prometheus, seconds=SILENCE):
    """Waits until every panel has data, says how many have, and returns those that have none."""
    try:
        until("every panel has data", lambda: not prometheus.empty()[0], seconds)
    except SystemExit:
        pass
    without, asked, elsewhere = prometheus.empty()
    say("panels with data %d/%d%s" % (asked - len({each.split(": ")[0] for each in without}), asked,
                                      " (%d more need Kubernetes)" % elsewhere if elsewhere else ""))
    return ["empty: " + each for each in without]


def rules(prometheus):
    """Says how many rules can be evaluated, and returns those that cannot."""
    every, failing = prometheus.failing_rules()
    say("rules evaluated without error %d/%d" % (len(every) - len(failing), len(every)))
    return ["a rule fails: " + each for each in failing] + ([] if every else ["there are no rules"])


def has(hops):
    """Whether spans, dicts with service and name, have all the hops."""
    return lambda spans: all(any(span["service"] == service and span["name"].startswith(name) for span in spans) for service, name in hops)


def tree(spans):
    """The lines of a trace, each span below its parent. Spans are as OTLP's JSON has them, with attributes as a dict."""
    ids = {span["spanId"] for span in spans}
    shown = {"gatehouse.", "http.response.status_code", "response_code", "http.status_code", "error.type"}

    def lines(parent, depth):
        for span in sorted((each for each in spans if parent(each)), key=lambda each: int(each["startTimeUnixNano"])):
            taken = (int(span["endTimeUnixNano"]) - int(span["startTimeUnixNano"])) / 1e6
            said = ", ".join("%s=%s" % each for each in sorted(span["attributes"].items()) if each[0].startswith(tuple(shown)))
            yield "    %-12s %s%s  %.1f ms  %s" % (span["service"], "  " * depth, span["name"], taken, said)
            yield from lines(lambda each, above=span["spanId"]: each.get("parentSpanId") == above, depth + 1)

    return list(lines(lambda each: each.get("parentSpanId", "") not in ids, 0))
