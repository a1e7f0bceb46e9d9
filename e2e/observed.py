"""What the tools of the component observability-demo have of the shop, with users of every kind; for e2e/observability, whose options it gets.

Prints "ok: WHAT" for each check; what fails is printed and makes the exit code 1. Faults are made: a backend without endpoints, a WAFPolicy that is refused,
and at the end controller-svc without a pod, while requests go on."""

import argparse
import json
import pathlib
import re
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "observability" / "source"))
import shop  # noqa: E402
import stack  # noqa: E402
from stack import get, say, until  # noqa: E402

# Prometheus reads every 15 s; the windows of the rules are those of production.
RATE_INTERVAL = 60
PATIENCE = 420
FAULTS = {"GatehouseBackendWithoutEndpoints", "GatehouseConfigurationRefused", "GatehouseWafPolicyBroken"}
# Each service names itself in its spans; "gatehouse" is all of them on a laptop.
SERVICES = {"authorize": "authz-svc", "limit": "ratelimit-svc", "inspect": "waf-svc", "request headers": "waf-svc", "configuration change": "controller-svc",
            "translate": "controller-svc", "publish": "controller-svc", "deliver": "xds-svc", "push ": "xds-svc"}

parser = argparse.ArgumentParser()
for name in ["gateway", "provider", "certificate", "key", "folder", "prometheus", "alertmanager", "jaeger", "loki", "namespace"]:
    parser.add_argument("--" + name, required=True)
given = parser.parse_args()
failures = []
passed = 0


def check(what, condition, seconds=PATIENCE):
    """Waits for the condition and returns what it says; a failure is kept, and the rest goes on."""
    global passed
    try:
        result = until(what, condition, seconds)
        passed += 1
        say("ok: " + what)
        return result
    except SystemExit:
        failures.append(what)
        say("NOT ok: " + what)
        return None


def kubectl(*arguments, **more):
    return subprocess.run(["kubectl", *arguments], check=True, stdout=subprocess.PIPE, text=True, **more).stdout


def change():
    """Another weight of the canary."""
    global weight
    weight = 181 - weight
    kubectl("-n", "shop", "patch", "httproute", "shop", "--type", "json", "-p",
            json.dumps([{"op": "replace", "path": "/spec/rules/4/backendRefs/0/weight", "value": weight}]))
    time.sleep(8)
    return True


def traces(service, **tags):
    """The traces that Jaeger has of a service, as lists of spans like OTLP's JSON."""
    query = {"service": service, "limit": 500, "lookback": "1h", "start": int((time.time() - 3600) * 1e6), "end": int(time.time() * 1e6)}
    if tags:
        query["tags"] = json.dumps(tags)
    for trace in get(given.jaeger + "/api/traces?" + urllib.parse.urlencode(query))["data"]:
        yield [{"traceId": span["traceID"], "spanId": span["spanID"], "name": span["operationName"],
                "parentSpanId": next((each["spanID"] for each in span["references"] if each["refType"] == "CHILD_OF"), ""),
                "startTimeUnixNano": span["startTime"] * 1000, "endTimeUnixNano": (span["startTime"] + span["duration"]) * 1000,
                "service": trace["processes"][span["processID"]]["serviceName"], "attributes": {tag["key"]: tag["value"] for tag in span["tags"]}}
               for span in trace["spans"]]


def complete(service, hops):
    wanted = stack.has([(SERVICES.get(name, of), name) for of, name in hops])
    return next((spans for spans in traces(service) if wanted(spans)), None)


def show(spans):
    if spans:
        say("trace %s:" % spans[0]["traceId"])
        print("\n".join(stack.tree(spans)))


def alerts():
    """The names of the alerts that Alertmanager has."""
    return {each["labels"]["alertname"]: each["annotations"].get("summary", "") for each in get(given.alertmanager + "/api/v2/alerts")}


def exemplar():
    """The trace id of an exemplar whose trace Jaeger has."""
    now = time.time()
    for each in get(given.prometheus + "/api/v1/query_exemplars?" + urllib.parse.urlencode(
            {"query": '{__name__=~"gatehouse_.*_bucket"}', "start": now - 1800, "end": now}))["data"]:
        for one in each["exemplars"]:
            try:
                if get(given.jaeger + "/api/traces/" + one["labels"]["trace_id"])["data"]:
                    return "%s leads to trace %s" % (each["seriesLabels"]["__name__"], one["labels"]["trace_id"])
            except urllib.error.HTTPError:
                pass
    return None


def log_line(details):
    """A line of the access log in Loki whose response_code_details begin so. Its fields are structured metadata."""
    query = '{service_name="front.shop"} | response_code_details =~ `%s.*`' % details
    found = get(given.loki + "/loki/api/v1/query_range?" + urllib.parse.urlencode({"query": query, "since": "1h", "limit": 5}))["data"]["result"]
    return json.dumps(found[0]["stream"]) if found else None


def console():
    """Starts "gatehouse dashboard" and returns its process and URL."""
    process = subprocess.Popen([str(ROOT / "gatehouse"), "dashboard", "-n", given.namespace, "--port", "0"], stdout=subprocess.PIPE, text=True)
    for line in process.stdout:
        found = re.search(r"http://\S+", line)
        if found:
            return process, found.group(0).rstrip("/.")
    raise SystemExit("gatehouse dashboard ended")


def page(url):
    with urllib.request.urlopen(url, timeout=30) as answer:
        return answer.read().decode()


weight = 90
folder = pathlib.Path(given.folder)
provider = shop.Provider("https://login.shop.example", folder)
provider.serve((given.provider, 24443), (given.certificate, given.key))
users = shop.Users(given.gateway, 80, 443, provider, change)
prometheus = stack.Prometheus(given.prometheus, RATE_INTERVAL, kubernetes=True)
users.begin()
try:
    check("Prometheus reads all services and the proxy", lambda: {"controller-svc", "xds-svc", "ratelimit-svc", "waf-svc", "authz-svc", "proxy"} <=
          {each["metric"]["component"] for each in prometheus.query("up == 1", True)}, 120)
    until("Prometheus has read that no policy was refused", lambda: prometheus.query('sum(gatehouse_xds_nacks_total{type="WafPolicy"}) == 0', True), 120)
    kubectl("apply", "-f", str(ROOT / "observability" / "example" / "fault.yaml"))
    check("requests of every kind are answered as they should be", lambda: all(users.served.values()), 180)

    dashboard, url = console()
    try:
        check("the console has its pages", lambda: "front" in page(url + "/gateways") and "canary" in page(url + "/routes/HTTPRoute/shop/shop"), 60)
        plots = lambda: json.loads(page(url + "/live.json"))  # noqa: E731
        plots()
        shown = check("the console's plots have points", lambda: len(json.dumps(plots())) > 500 and plots(), 60)
        check("the console has requests that were blocked, limited and denied",
              lambda: all(each in page(url + "/requests?kind=" + kind) for kind, each in [("blocked", "/get"), ("limited", "/limited"), ("denied", "/keys")]), 60)
        say("plots: " + json.dumps(shown)[:300])
    finally:
        dashboard.terminate()

    failures += stack.rules(prometheus)
    show(check("one trace has Envoy, authorization, limit, inspection and the backend", lambda: complete("front.shop", stack.HOPS)))
    show(check("one trace follows a change from the object to the answers of the proxies", lambda: complete("controller-svc", stack.CHANGE)))
    say(str(check("an exemplar of Prometheus leads to a trace in Jaeger", exemplar)))
    check("alerts of the faults are at Alertmanager: " + ", ".join(sorted(FAULTS)), lambda: FAULTS <= set(alerts()))
    say(str(check("Loki has the access log line of a request that was blocked", lambda: log_line("waf_blocked"), 120)))
    failures += stack.panels(prometheus, PATIENCE)

    check("every status was written", lambda: prometheus.query("sum(gatehouse_controller_status_failures_total) == 0", True), 30)
    kubectl("-n", given.namespace, "scale", "deployment", "controller-svc", "--replicas=0")
    check("no pod of controller-svc: GatehouseServiceGone is at Alertmanager", lambda: "GatehouseServiceGone" in alerts())
    before = users.served["good"]
    check("requests go on without controller-svc", lambda: users.served["good"] > before + 10, 60)
    for name, summary in sorted(alerts().items()):
        print("    %s: %s" % (name, summary))
finally:
    users.stop.set()
    kubectl("-n", given.namespace, "scale", "deployment", "controller-svc", "--replicas=2")
say("requests: " + ", ".join("%s %d" % each for each in users.served.items()))
for each in failures:
    say("FAILED: " + each)
say("%d checks passed, %d failed" % (passed, len(failures)))
sys.exit(bool(failures))
