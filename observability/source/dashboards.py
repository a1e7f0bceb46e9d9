"""Grafana dashboards of Gatehouse. `observability/make` writes dashboards/ from this file.

A panel is panel(title, description, unit, (expression, legend)...). Panels marked kubernetes=True show what only an installation on Kubernetes
has; `observability/try` leaves those out."""

import alerts

USERS = alerts.USERS
BACKENDS = alerts.BACKENDS
DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}
RATE = "[$__rate_interval]"


def panel(title, description, unit, *queries, kind="timeseries", kubernetes=False, instant=False):
    made = {"type": kind, "title": title, "description": description, "datasource": DATASOURCE,
            "fieldConfig": {"defaults": {"unit": unit, "custom": {}}, "overrides": []},
            "targets": [{"refId": chr(65 + i), "datasource": DATASOURCE, "expr": expr, "legendFormat": legend,
                         "instant": instant or kind in ("stat", "table"), "range": not (instant or kind in ("stat", "table")),
                         "format": "table" if kind == "table" else "time_series",
                         # Envoy's histograms have no exemplars; those of the services lead to traces.
                         "exemplar": "gatehouse_" in expr and "_bucket" in expr}
                        for i, (expr, legend) in enumerate(queries)]}
    if kind == "timeseries":
        made["fieldConfig"]["defaults"]["custom"] = {"fillOpacity": 10, "showPoints": "never"}
        made["options"] = {"legend": {"displayMode": "list", "placement": "bottom"}, "tooltip": {"mode": "multi", "sort": "desc"}}
    if kubernetes:
        made["description"] += " Only on Kubernetes."
    return made


def variable(name, label, query):
    return {"name": name, "label": label, "type": "query", "datasource": DATASOURCE, "query": {"query": query, "refId": name},
            "definition": query, "refresh": 2, "includeAll": True, "multi": True, "allValue": ".*", "sort": 1,
            "current": {"text": "All", "value": "$__all"}}


FLEET = variable("fleet", "Fleet", "label_values(envoy_server_live, fleet)")
BACKEND = variable("backend", "Backend", 'label_values(envoy_cluster_membership_total{fleet=~"$fleet", %s}, envoy_cluster_name)' % BACKENDS)
INSTANCE = variable("instance", "Instance", "label_values(gatehouse_build_info, instance)")


def dashboard(uid, title, description, variables, *panels):
    x = y = 0
    placed = []
    for number, each in enumerate(panels, 1):
        width, height = (6, 4) if each["type"] == "stat" else (24, 8) if each["type"] == "table" else (8, 8)
        if x + width > 24 or (x and height != placed[-1]["gridPos"]["h"]):
            x, y = 0, y + placed[-1]["gridPos"]["h"]
        placed.append(dict(each, id=number, gridPos={"x": x, "y": y, "w": width, "h": height}))
        x += width
    return {"uid": uid, "title": title, "description": description, "tags": ["gatehouse"], "schemaVersion": 39, "version": 1,
            "editable": False, "timezone": "browser", "refresh": "30s", "time": {"from": "now-1h", "to": "now"},
            "links": [{"type": "dashboards", "title": "Gatehouse", "tags": ["gatehouse"], "asDropdown": True, "includeVars": True}],
            "templating": {"list": [{"name": "datasource", "label": "Data source", "type": "datasource", "query": "prometheus",
                                     "current": {}}] + variables},
            "panels": placed}


def rate(metric, labels="", by="", more=""):
    return "sum%s (rate(%s%s%s))%s" % (" by (%s)" % by if by else "", metric, "{%s}" % labels if labels else "", RATE, more)


def quantiles(metric, labels, by, *of):
    return [("histogram_quantile(%s, sum by (le%s) (rate(%s_bucket%s%s)))" % (q, ", " + by if by else "", metric, "{%s}" % labels if labels else "", RATE),
             "p%g%s" % (float(q) * 100, " {{%s}}" % by if by else "")) for q in of]


def mean(metric, labels, by):
    of = "{%s}" % labels if labels else ""
    return "sum by (%s) (rate(%s_sum%s%s)) / (sum by (%s) (rate(%s_count%s%s)) > 0)" % (by, metric, of, RATE, by, metric, of, RATE)


F = 'fleet=~"$fleet"'
MINE = F + ', envoy_cluster_name=~"$backend", ' + BACKENDS
LISTENERS = F + ", " + USERS
SERVICES = 'instance=~"$instance"'

ALL = {
    "app-team": dashboard(
        "gatehouse-app-team", "Gatehouse / App team", "What happens to the requests for my backends.", [FLEET, BACKEND],
        panel("Requests", "Requests that backends answered, by backend. Of a canary: what arrives at each version.", "reqps",
              (rate("envoy_cluster_upstream_rq_xx", MINE, "envoy_cluster_name"), "{{envoy_cluster_name}}")),
        panel("Share of each backend", "How requests are spread over backends, to hold against the weights of routes.", "percentunit",
              (rate("envoy_cluster_upstream_rq_xx", MINE, "envoy_cluster_name", " / scalar(sum(rate(envoy_cluster_upstream_rq_xx{%s}%s)) > 0)" % (MINE, RATE)), "{{envoy_cluster_name}}")),
        panel("Answers", "Answers of backends by class of their status.", "reqps",
              (rate("envoy_cluster_upstream_rq_xx", MINE, "envoy_response_code_class"), "{{envoy_response_code_class}}xx")),
        panel("Errors", "Share of requests to a backend that end with 5xx.", "percentunit",
              ("sum by (envoy_cluster_name) (rate(envoy_cluster_upstream_rq_xx{%s, envoy_response_code_class=\"5\"}%s)) / (sum by (envoy_cluster_name) (rate(envoy_cluster_upstream_rq_xx{%s}%s)) > 0)"
               % (MINE, RATE, MINE, RATE), "{{envoy_cluster_name}}")),
        panel("Latency", "Time from the request to the end of the backend's answer.", "ms", *quantiles("envoy_cluster_upstream_rq_time", MINE, "envoy_cluster_name", "0.5", "0.99")),
        panel("Endpoints", "Healthy endpoints of each backend. At 0 requests are answered with 503.", "short",
              ("max by (envoy_cluster_name) (envoy_cluster_membership_healthy{%s})" % MINE, "{{envoy_cluster_name}} healthy"),
              ("max by (envoy_cluster_name) (envoy_cluster_membership_total{%s})" % MINE, "{{envoy_cluster_name}} all")),
        panel("Trouble with backends", "Timeouts, failed connections and retries.", "reqps",
              (rate("envoy_cluster_upstream_rq_timeout", MINE), "timeouts"), (rate("envoy_cluster_upstream_cx_connect_fail", MINE), "connections that failed"),
              (rate("envoy_cluster_upstream_rq_retry", MINE), "retries"), (rate("envoy_cluster_upstream_rq_pending_overflow", MINE), "circuit breakers")),
        panel("Limited", "Requests over a rate limit, by rule. The rule is named after its route or policy.", "reqps",
              (rate("gatehouse_ratelimit_rule_hits_total", 'result="over"', "rule, limit"), "{{rule}} {{limit}}")),
        panel("Blocked", "Requests that the WAF blocked, by route and rule.", "reqps",
              (rate("gatehouse_waf_blocks_total", "", "route, rule"), "{{route}} rule {{rule}}")),
        panel("Denied", "Requests that authorization refused, by reason.", "reqps",
              (rate("gatehouse_authz_checks_total", 'outcome!~"allowed|signed-in"', "kind, outcome"), "{{kind}} {{outcome}}")),
        panel("Rules on trial", "Requests that authorization rules on trial (dryRun) would have denied and allowed, by policy and route.", "reqps",
              (rate("envoy_http_rbac_policy_shadow_denied", F, "envoy_rbac_policy_name"), "{{envoy_rbac_policy_name}} denied"),
              (rate("envoy_http_rbac_policy_shadow_allowed", F, "envoy_rbac_policy_name"), "{{envoy_rbac_policy_name}} allowed")),
        panel("Routes with statistics of their own", "Requests of routes whose BackendTrafficPolicy sets telemetry.metrics.routeStatName.", "reqps",
              (rate("envoy_vhost_route_upstream_rq_xx", F, "envoy_route, envoy_response_code_class"), "{{envoy_route}} {{envoy_response_code_class}}xx"))),

    "platform": dashboard(
        "gatehouse-platform", "Gatehouse / Platform overview", "Is the platform well? The first look when something is wrong.", [FLEET, INSTANCE],
        panel("Requests/s", "Requests of all clients.", "reqps", ("sum(rate(envoy_http_downstream_rq_xx{%s}%s))" % (LISTENERS, RATE), ""), kind="stat"),
        panel("Errors", "Share of requests that end with 5xx.", "percentunit",
              ("sum(rate(envoy_http_downstream_rq_xx{%s, envoy_response_code_class=\"5\"}%s)) / (sum(rate(envoy_http_downstream_rq_xx{%s}%s)) > 0)" % (LISTENERS, RATE, LISTENERS, RATE), ""), kind="stat"),
        panel("Proxies", "Proxies that are connected to xds-svc.", "short", ('sum(gatehouse_xds_subscribers{fleet!~"gatehouse/.*", fleet=~"$fleet"})', ""), kind="stat"),
        panel("Gateways", "Gateways that are served.", "short", ("max(gatehouse_controller_gateways)", ""), kind="stat"),
        panel("Objects not accepted", "Objects of whose conditions Accepted is False.", "short", ("sum(max by (kind) (gatehouse_controller_objects_not_accepted))", ""), kind="stat"),
        panel("Alerts", "Alerts of Gatehouse that fire.", "short", ('count(ALERTS{alertname=~"Gatehouse.*", alertstate="firing"}) or vector(0)', ""), kind="stat"),
        panel("Services", "Processes that are scraped.", "short", ('sum(up{component=~".+"})', ""), kind="stat"),
        panel("Certificate that ends first", "Time until a served certificate ends.", "s", ("min(gatehouse_certificate_expiry_timestamp_seconds) - time()", ""), kind="stat"),
        panel("Requests by fleet", "Requests of clients by Gateway.", "reqps", (rate("envoy_http_downstream_rq_xx", LISTENERS, "fleet"), "{{fleet}}")),
        panel("Errors by fleet", "Share of requests that end with 5xx, whoever made the answer.", "percentunit",
              ("sum by (fleet) (rate(envoy_http_downstream_rq_xx{%s, envoy_response_code_class=\"5\"}%s)) / (sum by (fleet) (rate(envoy_http_downstream_rq_xx{%s}%s)) > 0)" % (LISTENERS, RATE, LISTENERS, RATE), "{{fleet}}")),
        panel("Latency by fleet", "Time that clients wait, 99 of 100 less than this.", "ms", *quantiles("envoy_http_downstream_rq_time", LISTENERS, "fleet", "0.99")),
        panel("Calls to services that fail", "Calls of proxies to authorization, WAF and rate limits without an answer in time.", "reqps",
              (rate("envoy_http_ext_authz_error", F), "authorization"), (rate("envoy_http_ext_proc_streams_failed", F), "WAF"),
              ("sum(rate(envoy_cluster_ratelimit_error{%s}%s)) or vector(0)" % (F, RATE), "rate limits")),
        panel("Heap of services", "Share of the heap that is in use.", "percentunit",
              ('sum by (instance) (jvm_memory_used_bytes{area="heap", %s}) / sum by (instance) (jvm_memory_max_bytes{area="heap", %s})' % (SERVICES, SERVICES), "{{instance}}")),
        panel("CPU of services", "Share of the machine's processors.", "percentunit", ("process_cpu_usage{%s}" % SERVICES, "{{instance}}")),
        panel("Garbage collection", "Share of the time in which services stand still for garbage collection.", "percentunit",
              (rate("jvm_gc_pause_seconds_sum", SERVICES, "instance"), "{{instance}}")),
        panel("Versions", "Version of each service.", "short", ("max by (service, version, java, instance) (gatehouse_build_info{%s})" % SERVICES, ""), kind="table")),

    "fleet": dashboard(
        "gatehouse-fleet", "Gatehouse / Fleet", "The proxies: how many, which versions, how full.", [FLEET],
        panel("Proxies by version", "Proxies that are connected, by Envoy's version.", "short",
              ('sum by (fleet, version) (gatehouse_xds_subscribers{fleet!~"gatehouse/.*", fleet=~"$fleet"})', "{{fleet}} {{version}}")),
        panel("Uptime", "Time since each proxy started.", "s", ("envoy_server_uptime{%s}" % F, "{{instance}}")),
        panel("Connected to xds-svc", "1 while a proxy has its stream for configuration.", "short", ("envoy_control_plane_connected_state{%s}" % F, "{{instance}}")),
        panel("Connections", "Open connections of clients by proxy; the limit is 50,000.", "short", ("sum by (instance) (envoy_http_downstream_cx_active{%s})" % LISTENERS, "{{instance}}")),
        panel("New connections", "Connections that clients open.", "cps", (rate("envoy_http_downstream_cx_total", LISTENERS, "instance"), "{{instance}}")),
        panel("Requests under way", "Requests that have no answer yet.", "short", ("sum by (instance) (envoy_http_downstream_rq_active{%s})" % LISTENERS, "{{instance}}")),
        panel("Bytes", "Bytes from and to clients.", "Bps", (rate("envoy_http_downstream_cx_rx_bytes_total", LISTENERS, "fleet"), "{{fleet}} received"),
              (rate("envoy_http_downstream_cx_tx_bytes_total", LISTENERS, "fleet"), "{{fleet}} sent")),
        panel("Memory", "Memory that a proxy has allocated.", "bytes", ("envoy_server_memory_allocated{%s}" % F, "{{instance}}")),
        panel("Listeners that drain", "Listeners that finish their requests, since they were replaced or the proxy ends.", "short",
              ("envoy_listener_manager_total_listeners_draining{%s}" % F, "{{instance}}")),
        panel("Refused connections", "Connections over a limit, or that no filter chain of a listener is for.", "cps",
              (rate("envoy_listener_downstream_global_cx_overflow", F), "over the proxy's limit"), (rate("envoy_listener_downstream_cx_overflow", F), "over a listener's limit"),
              (rate("envoy_listener_no_filter_chain_match", F), "for no listener")),
        panel("TLS", "Handshakes, and connections that ended with an error of TLS.", "cps", (rate("envoy_listener_ssl_handshake", F, "fleet"), "{{fleet}} handshakes"),
              (rate("envoy_listener_ssl_connection_error", F, "fleet"), "{{fleet}} errors"))),

    "control-plane": dashboard(
        "gatehouse-control-plane", "Gatehouse / Control plane", "How changes of objects become configuration of proxies.", [INSTANCE],
        panel("Convergence", "From publishing a change to its acceptance by a proxy.", "s", *quantiles("gatehouse_xds_propagation_seconds", SERVICES, "", "0.5", "0.99")),
        panel("Changes", "Changes of objects and of proxies' states that the controller takes.", "ops", (rate("gatehouse_controller_changes_total", SERVICES, "instance"), "{{instance}}")),
        panel("Derivations of a change", "How much of the translation a change runs anew.", "short",
              ("sum by (instance) (rate(gatehouse_controller_derivations_total{%s}%s)) / (sum by (instance) (rate(gatehouse_controller_changes_total{%s}%s)) > 0)" % (SERVICES, RATE, SERVICES, RATE), "{{instance}}")),
        panel("Time of a batch", "Translating and publishing what came in together.", "s", (mean("gatehouse_controller_batches_seconds", SERVICES, "instance"), "{{instance}}")),
        panel("Queue", "Changes and reports that wait for the controller; the bound is 10,000.", "short", ("gatehouse_controller_queue{%s}" % SERVICES, "{{instance}}")),
        panel("Objects", "Objects that have a status, by kind.", "short", ("max by (kind) (gatehouse_controller_objects{%s})" % SERVICES, "{{kind}}")),
        panel("Objects not accepted", "Objects of whose conditions Accepted is False, by kind.", "short", ("max by (kind) (gatehouse_controller_objects_not_accepted{%s})" % SERVICES, "{{kind}}")),
        panel("Pushes", "Answers with resources that xds-svc sends, by type.", "ops", (rate("gatehouse_xds_pushes_total", SERVICES, "type"), "{{type}}")),
        panel("ACK and NACK", "Answers of subscribers, by type. A NACK is a refused configuration.", "ops",
              (rate("gatehouse_xds_acks_total", SERVICES, "type"), "ACK {{type}}"), (rate("gatehouse_xds_nacks_total", SERVICES, "type"), "NACK {{type}}")),
        panel("Time to ACK", "From a push to its acceptance, 99 of 100 less than this.", "s", *quantiles("gatehouse_xds_ack_seconds", SERVICES, "type", "0.99")),
        panel("Subscribers", "Proxies and services that are connected to xds-svc.", "short", ("sum by (fleet) (gatehouse_xds_subscribers{%s})" % SERVICES, "{{fleet}}")),
        panel("Stale", "Streams without an answer in time, and whether the config log is connected.", "short",
              ("gatehouse_xds_streams_overdue{%s}" % SERVICES, "{{instance}} overdue"), ("gatehouse_xds_streams_waiting{%s}" % SERVICES, "{{instance}} waiting"), ("gatehouse_xds_config_log_connected{%s}" % SERVICES, "{{instance}} config log")),
        panel("Errors of the translation", "Errors of Gatehouse; each left the last good result in force.", "ops", (rate("gatehouse_controller_failures_total", SERVICES, "instance"), "{{instance}}")),
        panel("Refused objects", "Objects of which something is held back, since a proxy refused it (NACK); a line with 0: none.", "short",
              ("max by (kind, object) (gatehouse_controller_refused{%s}) or vector(0)" % SERVICES, ""), kind="table"),
        panel("Leader", "1 for the replica that leads.", "short", ("gatehouse_controller_leads{%s}" % SERVICES, "{{instance}}"), kubernetes=True),
        panel("Statuses", "Statuses that are written, refused by the API server, and that wait.", "short",
              (rate("gatehouse_controller_status_writes_total", SERVICES), "written/s"), (rate("gatehouse_controller_status_failures_total", SERVICES), "refused/s"),
              ("sum(gatehouse_controller_status_waiting{%s})" % SERVICES, "waiting"), kubernetes=True)),

    "waf": dashboard(
        "gatehouse-waf", "Gatehouse / WAF", "What the WAF inspects, finds and blocks. Paths and clients are in the audit log and the access log, by route and rule.", [INSTANCE],
        panel("Transactions", "Inspected requests by outcome. unavailable: refused for want of a usable policy; skipped: passed without inspection.", "reqps",
              (rate("gatehouse_waf_transactions_seconds_count", SERVICES, "outcome"), "{{outcome}}")),
        panel("Time", "Time in the engine, over all phases of a request.", "s", *quantiles("gatehouse_waf_transactions_seconds", SERVICES, "", "0.5", "0.9", "0.99")),
        panel("Blocks by rule", "The rules that block most.", "reqps", ("topk(10, %s)" % rate("gatehouse_waf_blocks_total", SERVICES, "rule"), "{{rule}}")),
        panel("Blocks by policy and route", "Where requests are blocked.", "reqps", ("topk(10, %s)" % rate("gatehouse_waf_blocks_total", SERVICES, "policy, route"), "{{policy}} {{route}}")),
        panel("Candidates for false positives", "Rules that matched in requests that passed. A rule that matches often here is one to look at before a policy enforces.", "reqps",
              ("topk(10, %s)" % rate("gatehouse_waf_matches_total", SERVICES + ', outcome="passed"', "policy, rule"), "{{policy}} {{rule}}")),
        panel("Scores", "Anomaly scores of requests that have one.", "short", *quantiles("gatehouse_waf_score", SERVICES, "", "0.5", "0.99")),
        panel("Bodies", "Bytes of bodies that were looked at.", "Bps", (rate("gatehouse_waf_body_bytes_total", SERVICES, "direction"), "{{direction}}")),
        panel("Held bodies", "Bytes of bodies that are in memory.", "bytes", ("gatehouse_waf_bodies_held_bytes{%s}" % SERVICES, "{{instance}}")),
        panel("Waiting", "Messages of proxies that wait to be worked on.", "short", ("gatehouse_waf_waiting{%s}" % SERVICES, "{{instance}}")),
        panel("Not inspected", "Requests that were not inspected, for want of room or time. Nothing: all were.", "reqps",
              ("sum by (answer) (rate(gatehouse_waf_shed_total{%s}%s)) or vector(0)" % (SERVICES, RATE), "{{answer}}")),
        panel("Policies", "Policies that are known, and those that block everything since they never compiled.", "short",
              ("gatehouse_waf_policies{%s}" % SERVICES, "{{instance}}"), ("gatehouse_waf_policies_broken{%s}" % SERVICES, "{{instance}} broken")),
        panel("Audit log", "Audit records by what became of them.", "ops", (rate("gatehouse_waf_audit_records_total", SERVICES, "outcome"), "{{outcome}}"))),

    "rate-limits": dashboard(
        "gatehouse-rate-limits", "Gatehouse / Rate limits", "Who is limited, who is near, and the store that counts.", [INSTANCE],
        panel("Decisions", "Requests that were decided.", "reqps", (rate("gatehouse_ratelimit_decisions_total", SERVICES, "code"), "{{code}}")),
        panel("Over the limit", "Limits that refuse most.", "reqps", ("topk(10, %s)" % rate("gatehouse_ratelimit_rule_hits_total", SERVICES + ', result="over"', "rule, limit"), "{{rule}} {{limit}}")),
        panel("Near the limit", "Requests that passed with less than a fifth of the limit left.", "reqps",
              ("topk(10, %s)" % rate("gatehouse_ratelimit_rule_hits_total", SERVICES + ', result="near"', "rule, limit"), "{{rule}} {{limit}}")),
        panel("Hits by rule", "Requests that each limit counts.", "reqps", ("topk(10, %s)" % rate("gatehouse_ratelimit_rule_hits_total", SERVICES, "rule"), "{{rule}}")),
        panel("Time of the store", "Counting the hits of one request, in Redis or in memory.", "s", *quantiles("gatehouse_ratelimit_store_seconds", SERVICES, "store", "0.5", "0.99")),
        panel("Failures of the store", "Requests that could not be counted.", "reqps", (rate("gatehouse_ratelimit_store_seconds_count", SERVICES + ', outcome="failed"', "store"), "{{store}}")),
        panel("Not decided", "Requests that could not be decided, by reason.", "reqps", (rate("gatehouse_ratelimit_errors_total", SERVICES, "reason"), "{{reason}}")),
        panel("Refused for want of time", "Calls that were refused at once since there was no time to decide them.", "reqps", (rate("gatehouse_ratelimit_shed_total", SERVICES, "instance"), "{{instance}}"))),

    "authentication": dashboard(
        "gatehouse-authentication", "Gatehouse / Authentication", "Who may pass, who is refused, and what happens to logins.", [INSTANCE],
        panel("Checks", "Checked requests by what was checked and the outcome.", "reqps", (rate("gatehouse_authz_checks_total", SERVICES, "kind, outcome"), "{{kind}} {{outcome}}")),
        panel("Denials", "Refused requests by reason.", "reqps", (rate("gatehouse_authz_checks_total", SERVICES + ', outcome!="allowed"', "kind, outcome"), "{{kind}} {{outcome}}")),
        panel("Logins, refreshes, logouts", "Events of sign-on by policy.", "ops", (rate("gatehouse_authz_sign_on_total", SERVICES, "policy, event, outcome"), "{{policy}} {{event}} {{outcome}}")),
        panel("Time of a check", "Mean time in authz-svc.", "s", (mean("grpc_server_processing_duration_seconds", SERVICES + ', service=~".*Authorization"', "instance"), "{{instance}}")),
        panel("Passwords that wait", "Passwords that wait for a thread to be checked (bcrypt, argon2).", "short", ("gatehouse_authz_bcrypt_waiting{%s}" % SERVICES, "{{instance}} bcrypt"), ("gatehouse_authz_argon2_waiting{%s}" % SERVICES, "{{instance}} argon2")),
        panel("Refused for want of time", "Checks that were refused at once since there was no time for them.", "reqps", (rate("gatehouse_authz_shed_total", SERVICES, "instance"), "{{instance}}"))),

    "slo": dashboard(
        "gatehouse-slo", "Gatehouse / SLO", "Objectives: 99.9 % of the requests without 5xx, 99 % within a second. Above 1 a burn rate uses more than the budget of its month.", [FLEET],
        panel("Availability", "Share of requests without 5xx in three days.", "percentunit", ("1 - avg(fleet:gatehouse_errors:ratio_rate3d{%s})" % F, ""), kind="stat"),
        panel("Fast enough", "Share of requests within a second in three days.", "percentunit", ("1 - avg(fleet:gatehouse_slow:ratio_rate3d{%s})" % F, ""), kind="stat"),
        panel("Burn rate of errors, an hour", "How many times the error budget is used: 14.4 for an hour is the critical alert.", "short", ("fleet:gatehouse_errors:ratio_rate1h{%s} / %s" % (F, alerts.ERROR_BUDGET), "{{fleet}}")),
        panel("Burn rate of errors, six hours", "6 for six hours is the warning.", "short", ("fleet:gatehouse_errors:ratio_rate6h{%s} / %s" % (F, alerts.ERROR_BUDGET), "{{fleet}}")),
        panel("Burn rate of errors, three days", "1 for three days is the notice.", "short", ("fleet:gatehouse_errors:ratio_rate3d{%s} / %s" % (F, alerts.ERROR_BUDGET), "{{fleet}}")),
        panel("Burn rate of latency, an hour", "14.4 for an hour is the critical alert.", "short", ("fleet:gatehouse_slow:ratio_rate1h{%s} / %s" % (F, alerts.LATENCY_BUDGET), "{{fleet}}")),
        panel("Burn rate of latency, six hours", "6 for six hours is the warning.", "short", ("fleet:gatehouse_slow:ratio_rate6h{%s} / %s" % (F, alerts.LATENCY_BUDGET), "{{fleet}}")),
        panel("Requests", "Requests that the objectives are about.", "reqps", ("fleet:gatehouse_requests:rate5m{%s}" % F, "{{fleet}}"))),

    "certificates": dashboard(
        "gatehouse-certificates", "Gatehouse / Certificates", "Until when the certificates that listeners serve are valid.", [],
        panel("Ends first", "Time until the first certificate ends.", "s", ("min(gatehouse_certificate_expiry_timestamp_seconds) - time()", ""), kind="stat"),
        panel("Certificates", "Secrets whose certificates are served.", "short", ("count(max by (secret) (gatehouse_certificate_expiry_timestamp_seconds))", ""), kind="stat"),
        panel("Time left", "Time until each certificate ends.", "s", ("max by (secret) (gatehouse_certificate_expiry_timestamp_seconds) - time()", "{{secret}}")),
        panel("By Secret", "Time until the certificate of each Secret ends.", "s", ("sort(max by (secret) (gatehouse_certificate_expiry_timestamp_seconds) - time())", ""), kind="table"),
        panel("As proxies see it", "When the certificates that a proxy has loaded end.", "dateTimeAsIso",
              ("min by (instance) (envoy_listener_ssl_certificate_expiration_unix_time_seconds) * 1000", "{{instance}}"))),
}
