"""The catalogue of metrics, docs/metrics.md: names, types, labels and texts come from a running instance (observability/try --catalogue writes
the page, and without it compares); bounds, and what an instance on a laptop does not have, stand here."""

import re

# How many series a process has at most, by name.
BOUNDS = {
    "gatehouse_authz_audit_events_total": "6",
    "gatehouse_authz_audit_waiting": "2",
    "gatehouse_authz_checks_total": "40: kinds by reasons",
    "gatehouse_authz_sign_on_total": "25 for each policy",
    "gatehouse_build_info": "1",
    "gatehouse_certificate_expiry_timestamp_seconds": "1,000: the Secrets that end first",
    "gatehouse_controller_objects": "30: one for each kind",
    "gatehouse_controller_objects_not_accepted": "30: one for each kind",
    "gatehouse_ratelimit_decisions_total": "2 for each listener with limits",
    "gatehouse_ratelimit_errors_total": "4",
    "gatehouse_ratelimit_rule_hits_total": "4,000: 1,000 limits by 4 results, further ones count as other",
    "gatehouse_ratelimit_store_seconds": "22",
    "gatehouse_waf_blocks_total": "2,000, further ones count as other",
    "gatehouse_waf_matches_total": "2,000, further ones count as other",
    "gatehouse_waf_score": "14",
    "gatehouse_waf_transactions_seconds": "60",
    "gatehouse_xds_ack_seconds": "462: 33 types by 14",
    "gatehouse_xds_acks_total": "33: types past the first 32 count as other",
    "gatehouse_xds_nacks_total": "33",
    "gatehouse_xds_pushes_total": "33",
    "gatehouse_xds_propagation_seconds": "14",
    "gatehouse_xds_streams": "2",
    "gatehouse_xds_subscribers": "2,000: fleets by versions",
}

# What metrics say that have no text of their own.
TEXTS = {
    "gatehouse_authz_checks_total": "Checked requests, by what was checked and the outcome",
    "gatehouse_authz_shed_total": "Checks that were refused at once, for want of time",
    "gatehouse_authz_sign_on_total": "Events of sign-on: logins, refreshes, logouts",
}

# What is there only under a condition: name, type, labels, what it says, series, when.
CONDITIONAL = [
    ("gatehouse_controller_leads", "gauge", "", "1 while this replica writes to the cluster", "1", "on Kubernetes"),
    ("gatehouse_controller_status_writes_total", "counter", "", "Statuses written", "1", "on Kubernetes"),
    ("gatehouse_controller_status_failures_total", "counter", "", "Statuses that the API server did not take; they are written again", "1", "on Kubernetes"),
    ("gatehouse_controller_status_waiting", "gauge", "", "Statuses that wait to be written", "1", "on Kubernetes"),
    ("gatehouse_controller_status_lag_seconds", "gauge", "", "How long the status that is overdue longest has been due", "1", "on Kubernetes"),
    ("gatehouse_controller_events_dropped_total", "counter", "", "Events that were not written, for their number or since the API server refused them", "1", "on Kubernetes"),
    ("gatehouse_controller_refused", "gauge", "kind, object", "Objects of which something is held back, because a proxy refused it", "100", "while a proxy refuses something"),
    ("gatehouse_waf_shed_total", "counter", "reason, answer", "Requests that were not inspected, for want of room or time", "10", "from the first on"),
    ("gatehouse_waf_collections_failures_total", "counter", "operation", "Operations on persistent collections in Redis that failed", "4", "from the first on, with Redis"),
]

# Envoy's that dashboards and alerts use: type, labels, what it says, series. Envoy documents all.
ENVOY = {
    "envoy_cluster_membership_healthy": ("gauge", "envoy_cluster_name", "Healthy endpoints of a backend", "1 a cluster"),
    "envoy_cluster_membership_total": ("gauge", "envoy_cluster_name", "Endpoints of a backend", "1 a cluster"),
    "envoy_cluster_ratelimit_error": ("counter", "envoy_cluster_name", "Calls to ratelimit-svc without an answer", "1 a cluster, from the first on"),
    "envoy_cluster_ratelimit_failure_mode_allowed": ("counter", "envoy_cluster_name", "Requests that passed, since ratelimit-svc did not answer", "1 a cluster, from the first on"),
    "envoy_cluster_upstream_cx_connect_fail": ("counter", "envoy_cluster_name", "Connections to a backend that failed", "1 a cluster"),
    "envoy_cluster_upstream_rq_pending_overflow": ("counter", "envoy_cluster_name", "Requests that a circuit breaker refused", "1 a cluster"),
    "envoy_cluster_upstream_rq_retry": ("counter", "envoy_cluster_name", "Retries", "1 a cluster"),
    "envoy_cluster_upstream_rq_time": ("histogram", "envoy_cluster_name", "Milliseconds until a backend has answered", "9 a cluster"),
    "envoy_cluster_upstream_rq_timeout": ("counter", "envoy_cluster_name", "Requests without an answer in time", "1 a cluster"),
    "envoy_cluster_upstream_rq_xx": ("counter", "envoy_cluster_name, envoy_response_code_class", "Answers of a backend by class of the status", "5 a cluster"),
    "envoy_control_plane_connected_state": ("gauge", "", "1 while the proxy has its stream to xds-svc", "1"),
    "envoy_http_downstream_cx_active": ("gauge", "envoy_http_conn_manager_prefix", "Open connections of clients", "1 a listener"),
    "envoy_http_downstream_cx_rx_bytes_total": ("counter", "envoy_http_conn_manager_prefix", "Bytes from clients", "1 a listener"),
    "envoy_http_downstream_cx_total": ("counter", "envoy_http_conn_manager_prefix", "Connections of clients", "1 a listener"),
    "envoy_http_downstream_cx_tx_bytes_total": ("counter", "envoy_http_conn_manager_prefix", "Bytes to clients", "1 a listener"),
    "envoy_http_downstream_rq_active": ("gauge", "envoy_http_conn_manager_prefix", "Requests under way", "1 a listener"),
    "envoy_http_downstream_rq_time": ("histogram", "envoy_http_conn_manager_prefix", "Milliseconds that clients wait", "15 a listener"),
    "envoy_http_downstream_rq_xx": ("counter", "envoy_http_conn_manager_prefix, envoy_response_code_class", "Answers to clients by class of the status", "5 a listener"),
    "envoy_http_ext_authz_error": ("counter", "envoy_http_conn_manager_prefix", "Calls to authz-svc without an answer", "1 a listener"),
    "envoy_http_rbac_policy_shadow_allowed": ("counter", "envoy_http_conn_manager_prefix, envoy_rbac_policy_name", "Requests that authorization rules on trial would have allowed, by policy and route", "1 a route with dryRun, from the first on"),
    "envoy_http_rbac_policy_shadow_denied": ("counter", "envoy_http_conn_manager_prefix, envoy_rbac_policy_name", "Requests that authorization rules on trial would have denied, by policy and route", "1 a route with dryRun, from the first on"),
    "envoy_http_ext_authz_failure_mode_allowed": ("counter", "envoy_http_conn_manager_prefix", "Requests that passed, since authz-svc did not answer", "1 a listener"),
    "envoy_http_ext_proc_failure_mode_allowed": ("counter", "envoy_http_conn_manager_prefix", "Requests that passed, since waf-svc did not answer", "1 a listener"),
    "envoy_http_ext_proc_streams_failed": ("counter", "envoy_http_conn_manager_prefix", "Calls to waf-svc that failed", "1 a listener"),
    "envoy_listener_downstream_cx_overflow": ("counter", "envoy_listener_address", "Connections over a listener's limit", "1 a listener"),
    "envoy_listener_downstream_global_cx_overflow": ("counter", "envoy_listener_address", "Connections over the proxy's limit", "1 a listener"),
    "envoy_listener_manager_total_listeners_draining": ("gauge", "", "Listeners that finish their requests", "1"),
    "envoy_listener_no_filter_chain_match": ("counter", "envoy_listener_address", "Connections that no filter chain is for", "1 a listener"),
    "envoy_listener_ssl_certificate_expiration_unix_time_seconds": ("gauge", "envoy_listener_address, envoy_tls_certificate", "Until when a loaded certificate is valid", "1 a listener and certificate"),
    "envoy_listener_ssl_connection_error": ("counter", "envoy_listener_address", "Connections that ended with an error of TLS", "1 a listener"),
    "envoy_listener_ssl_handshake": ("counter", "envoy_listener_address", "Handshakes", "1 a listener"),
    "envoy_overload_envoy_resource_monitors_fixed_heap_pressure": ("gauge", "", "Percent of the proxy's memory limit", "1, with a memory limit"),
    "envoy_server_live": ("gauge", "", "1 while the proxy lives", "1"),
    "envoy_server_memory_allocated": ("gauge", "", "Bytes that are allocated", "1"),
    "envoy_server_uptime": ("gauge", "", "Seconds since the start", "1"),
    "envoy_vhost_route_upstream_rq_xx": ("counter", "envoy_virtual_host, envoy_route, envoy_response_code_class", "Answers of a route that has statistics of its own (routeStatName)", "4 a route"),
}
# Not there in each run: they need a failure of a service, or a memory limit.
ENVOY_CONDITIONAL = {"envoy_cluster_ratelimit_error", "envoy_cluster_ratelimit_failure_mode_allowed", "envoy_overload_envoy_resource_monitors_fixed_heap_pressure"}

UNITS = ("seconds", "bytes", "buffers", "threads", "classes", "files", "ns")


def parse(text):
    """name -> (type, labels, help) of an exposition, OpenMetrics or Prometheus' text."""
    families = {}
    for line in text.splitlines():
        if line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ", 3)
            families.setdefault(name, ["", set(), ""])[0] = kind
        elif line.startswith("# HELP "):
            _, _, name, *words = line.split(" ", 3)
            families.setdefault(name, ["", set(), ""])[2] = words[0].strip() if words else ""
    label = r'\w+="(?:[^"\\]|\\.)*",?'
    for line in text.splitlines():
        match = re.match(r"([a-zA-Z_:][\w:]*)(?:{((?:%s)*)})? " % label, line)  # an exemplar may follow
        if not match:
            continue
        name = match.group(1)
        family = next((each for each in (name, re.sub(r"_(total|bucket|count|sum|info)$", "", name)) if each in families), None)
        if family:
            families[family][1].update(set(re.findall(r'(\w+)="', match.group(2) or "")) - {"le", "quantile"})
    return {(name + "_total" if kind == "counter" and not name.endswith(("_total", "_info")) and not name.startswith("envoy_") else name):
            (kind, labels, text) for name, (kind, labels, text) in families.items() if kind}


def row(*cells):
    return "| " + " | ".join(str(each) for each in cells) + " |\n"


def unit(name):
    for part in reversed(name.removesuffix("_total").removesuffix("_max").split("_")):
        if part in UNITS:
            return part
    return ""


def ours(scraped):
    return {name: each for name, each in scraped.items() if name.startswith("gatehouse_")}


def page(scraped):
    conditional = {each[0] for each in CONDITIONAL}
    out = ["# Metrics\n\nMade by `observability/try --catalogue` from a running instance; `observability/try` fails where an instance has another. "
           "Names and labels are stable: a change is in the\nchangelog. Services serve theirs at `/q/metrics`, proxies at port 19001, `/stats/prometheus`; "
           "`gatehouse run` serves both on its admin port\n([how](observability.md#without-kubernetes)). No label holds a path, a user or a header.\n\n"
           "## Gatehouse's own\n\n", row("name", "type", "unit", "labels", "what it says", "series of a process"), row(*["---"] * 6)]
    for name, (kind, labels, text) in sorted(ours(scraped).items()):
        if name not in conditional:
            bound = BOUNDS.get(name) or BOUNDS.get(name.removesuffix("_max")) or ("1" if not labels else "10")
            out.append(row("`%s`" % name, kind, unit(name), ", ".join("`%s`" % each for each in sorted(labels)), text or TEXTS.get(name, ""), bound))
    out += ["\nUnder a condition:\n\n", row("name", "type", "labels", "what it says", "series of a process", "when"), row(*["---"] * 6)]
    for name, kind, labels, text, bound, when in CONDITIONAL:
        out.append(row("`%s`" % name, kind, ", ".join("`%s`" % each for each in labels.split(", ") if each), text, bound, when))
    out += ["\n## Envoy's, as dashboards and alerts use them\n\nProxies keep these and some more by default, at most 20 series for a backend and 10 for a route that has its own; "
            "`telemetry.metrics.matches` of an EnvoyProxy\nchooses others (`{type: RegularExpression, value: \".*\"}`: all, some 300 for each backend). "
            "Every series has the label `fleet`: the Gateway, `namespace/name`, from the scrape.\n\n",
            row("name", "type", "labels", "what it says", "series of a proxy"), row(*["---"] * 5)]
    for name, (kind, labels, text, bound) in sorted(ENVOY.items()):
        out.append(row("`%s`" % name, kind, ", ".join("`%s`" % each for each in labels.split(", ") if each), text, bound))
    out += ["\n## Of the runtime\n\nQuarkus, Netty and the JVM; some 250 series of a process, none of which grows with traffic or objects.\n\n",
            row("name", "type", "unit", "labels", "what it says"), row(*["---"] * 5)]
    for name, (kind, labels, text) in sorted(scraped.items()):
        if not name.startswith("gatehouse_"):
            out.append(row("`%s`" % name, kind, unit(name), ", ".join("`%s`" % each for each in sorted(labels)), text))
    return "".join(out)


def catalogued(text):
    """name -> (type, labels) of the page, and the names that need not be there."""
    rows, optional, section = {}, set(), ""
    for line in text.splitlines():
        if line.startswith(("## ", "Under a condition")):
            section = line
        match = re.match(r"\| `([\w:]+)` \| (\w+) \|(.*)", line)
        if match:
            cells = [each.strip() for each in match.group(3).split("|")]
            has_unit = section.startswith(("## Gatehouse", "## Of the runtime"))
            labels = set(re.findall(r"`(\w+)`", cells[1 if has_unit else 0]))
            rows[match.group(1)] = (match.group(2), labels)
            if section.startswith(("Under", "## Of the runtime")) or match.group(1) in ENVOY_CONDITIONAL:
                optional.add(match.group(1))
    return rows, optional


def differences(text, scraped, proxies):
    """What differs between the page and what an instance and its proxies have."""
    rows, optional = catalogued(text)
    found = []
    for name, (kind, labels, _) in sorted(scraped.items()):
        if name not in rows:
            found.append("%s is not in docs/metrics.md" % name)
        elif rows[name][0] != kind or not labels <= rows[name][1] and labels:
            found.append("%s is a %s with the labels %s; docs/metrics.md says %s %s" % (name, kind, sorted(labels), rows[name][0], sorted(rows[name][1])))
    for name, (kind, labels) in sorted(rows.items()):
        have = proxies if name.startswith("envoy_") else scraped
        if name not in have and name not in optional:
            found.append("%s is in docs/metrics.md, and no instance has it" % name)
        elif name in have and name.startswith("envoy_") and (have[name][0], have[name][1]) != (kind, labels):
            found.append("%s is a %s with the labels %s; docs/metrics.md says %s %s" % (name, have[name][0], sorted(have[name][1]), kind, sorted(labels)))
    return found
