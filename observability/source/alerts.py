"""Recording rules and alerts of Gatehouse, with the text of their runbooks and the series of their tests.

`observability/make` writes rules/, runbooks/ and tests/ from this file."""

# Envoy's own listeners (admin page, readiness, metrics) and its calls to services are no traffic of users.
USERS = 'envoy_http_conn_manager_prefix!~"admin|eg-ready-http|eg-stats-http|async-client"'
BACKENDS = 'envoy_cluster_name=~"(service|serviceimport|backend|group|resolved)/.*"'
WINDOWS = ["5m", "30m", "1h", "6h", "3d"]

# Objectives: at most one request of a thousand ends with 5xx; at most one of a hundred takes longer than a second.
ERROR_BUDGET = "0.001"
LATENCY_BUDGET = "0.01"

RECORDS = []
for window in WINDOWS:
    RECORDS += [
        ("fleet:gatehouse_requests:rate%s" % window,
         "sum by (fleet) (rate(envoy_http_downstream_rq_xx{%s}[%s]))" % (USERS, window)),
        ("fleet:gatehouse_errors:ratio_rate%s" % window,
         'sum by (fleet) (rate(envoy_http_downstream_rq_xx{%s, envoy_response_code_class="5"}[%s])) / (fleet:gatehouse_requests:rate%s > 0)'
         % (USERS, window, window)),
        ("fleet:gatehouse_slow:ratio_rate%s" % window,
         # Prometheus 3 writes bounds with a decimal point.
         '1 - sum by (fleet) (rate(envoy_http_downstream_rq_time_bucket{%s, le=~"1000(.0)?"}[%s]))'
         " / (sum by (fleet) (rate(envoy_http_downstream_rq_time_count{%s}[%s])) > 0)" % (USERS, window, USERS, window)),
    ]

ALERTS = []


def alert(name, group, expr, wait, severity, summary, description, meaning, look, do, fires, silent, labels, at="30m"):
    ALERTS.append(dict(name=name, group=group, expr=expr, wait=wait, severity=severity, summary=summary, description=description,
                       meaning=meaning, look=look, do=do, fires=fires, silent=silent, labels=labels, at=at))


def burn(record, budget, factor, long, short):
    return "fleet:gatehouse_%s:ratio_rate%s > %s * %s and fleet:gatehouse_%s:ratio_rate%s > %s * %s" % (
        record, long, factor, budget, record, short, factor, budget)


def classes(good, bad):
    listener = 'fleet="shop/front", envoy_http_conn_manager_prefix="shop-front-80"'
    return [('envoy_http_downstream_rq_xx{%s, envoy_response_code_class="2"}' % listener, good),
            ('envoy_http_downstream_rq_xx{%s, envoy_response_code_class="5"}' % listener, bad)]


def times(fast, all_):
    listener = 'fleet="shop/front", envoy_http_conn_manager_prefix="shop-front-80"'
    return [('envoy_http_downstream_rq_time_bucket{%s, le="1000.0"}' % listener, fast),
            ('envoy_http_downstream_rq_time_count{%s}' % listener, all_)]


SLO_LOOK = ["Dashboard *SLO*: which fleet, since when; *App team*: which backend, route and status.",
            "Access log: `response_flags`, `response_code_details` and `upstream_cluster` of requests with a `response_code` of 500 or more.",
            "`gatehouse explain URL`: which route and backend a request meets, and why.",
            "`gatehouse status`: objects that changed or are not accepted."]
SLO_DO = ["One backend only: its owners; `membership_healthy` of 0 is alert GatehouseBackendWithoutEndpoints.",
          "All backends of a fleet: dashboard *Fleet*, for saturation, memory and connections.",
          "After a change: take the change back; the last good version is in the history of the object."]
for severity, factor, long, short, wait, name in [
        ("critical", "14.4", "1h", "5m", "2m", "Fast"), ("warning", "6", "6h", "30m", "15m", "Slow"), ("info", "1", "3d", "6h", "1h", "Trickle")]:
    alert("GatehouseErrorBudgetBurns" + name, "slo", burn("errors", ERROR_BUDGET, factor, long, short), wait, severity,
          "Requests to {{ $labels.fleet }} fail",
          "More than %s times the error budget (1 of 1,000 requests may end with 5xx) is used in %s and in %s." % (factor, long, short),
          "Clients of the Gateway get answers of 500 or more, so often that the budget of a month would be used in %s." % (
              {"Fast": "two days", "Slow": "five days", "Trickle": "a month"}[name]),
          SLO_LOOK, SLO_DO, classes("0+95x5000", "0+5x5000"), classes("0+10000x5000", "0+1x5000"), dict(fleet="shop/front"), "5000m")
    if name != "Trickle":
        alert("GatehouseLatencyBudgetBurns" + name, "slo", burn("slow", LATENCY_BUDGET, factor, long, short), wait, severity,
              "Requests to {{ $labels.fleet }} are slow",
              "More than %s times the latency budget (1 of 100 requests may take longer than a second) is used in %s and in %s." % (factor, long, short),
              "Clients of the Gateway wait longer than a second for many requests.",
              ["Dashboard *App team*: latency by backend. If the backends are fast, the time is lost in the gateway: *WAF*, *Authentication* and *Rate limits* show the time of their services.",
               "Access log: `duration` beside `x-envoy-upstream-service-time`."],
              ["A slow backend: its owners; a BackendTrafficPolicy with `timeout` bounds the wait.",
               "A slow service: more replicas, or the cause that its dashboard shows."],
              times("0+70x5000", "0+100x5000"), times("0+1000x5000", "0+1001x5000"), dict(fleet="shop/front"), "800m")

alert("GatehouseBackendWithoutEndpoints", "data-plane",
      "max by (fleet, envoy_cluster_name) (envoy_cluster_membership_healthy{%s}) == 0" % BACKENDS, "1m", "warning",
      "{{ $labels.envoy_cluster_name }} has no healthy endpoint",
      "Proxies of {{ $labels.fleet }} have no endpoint to send requests for {{ $labels.envoy_cluster_name }} to; they answer 503.",
      "All endpoints of a backend are gone, fail their health checks or were ejected.",
      ["`kubectl get endpointslices -l kubernetes.io/service-name=NAME`; the label `envoy_cluster_name` is `service/NAMESPACE/NAME/PORT`.",
       "Dashboard *App team*: healthy and all endpoints of the backend."],
      ["No endpoints: start the backend, or mend the selector of its Service.", "Endpoints that are not healthy: the health check of the BackendTrafficPolicy, and the backend's own log.",
       "A backend that is away on purpose: remove it from its routes."],
      [('envoy_cluster_membership_healthy{fleet="shop/front", envoy_cluster_name="service/shop/app/8000", instance="a"}', "0x60")],
      [('envoy_cluster_membership_healthy{fleet="shop/front", envoy_cluster_name="service/shop/app/8000", instance="a"}', "1x60"),
       ('envoy_cluster_membership_healthy{fleet="shop/front", envoy_cluster_name="gatehouse/waf", instance="a"}', "0x60")],
      dict(fleet="shop/front", envoy_cluster_name="service/shop/app/8000"))

alert("GatehouseProxyDisconnected", "data-plane", "max by (fleet, instance) (envoy_control_plane_connected_state) == 0", "2m", "warning",
      "A proxy of {{ $labels.fleet }} has no stream to xds-svc",
      "{{ $labels.instance }} serves its last configuration; changes do not reach it.",
      "The proxy cannot reach xds-svc. Traffic goes on with what the proxy has; a proxy that starts now gets nothing.",
      ["`kubectl get pods -l app.kubernetes.io/name=xds-svc`, and the log of one.", "The proxy's log: lines of `xds_cluster`, for TLS or name resolution.",
       "Dashboard *Control plane*: connected subscribers."],
      ["xds-svc is down: bring it back; the proxies connect by themselves.", "Certificates: `kubectl get secrets -l gatehouse.dev/certificate=true`; controller-svc makes a deleted one anew.",
       "NetworkPolicies between the proxies' namespace and xds-svc, port 18000."],
      [('envoy_control_plane_connected_state{fleet="shop/front", instance="10.0.0.1:19001"}', "0x60")],
      [('envoy_control_plane_connected_state{fleet="shop/front", instance="10.0.0.1:19001"}', "1x60")],
      dict(fleet="shop/front", instance="10.0.0.1:19001"))

alert("GatehouseFleetWithoutProxies", "data-plane",
      'sum by (fleet) (gatehouse_xds_subscribers{fleet!~"gatehouse/.*"}) == 0', "2m", "critical",
      "{{ $labels.fleet }} has no connected proxy",
      "No proxy of the Gateway is connected to xds-svc, and there were some.",
      "All proxies of a fleet are gone, or none reaches xds-svc.",
      ["`kubectl get pods -A -l app.kubernetes.io/component=proxy`.", "`gatehouse status`: the Gateway's condition Programmed says why a fleet could not be made."],
      ["Pods that do not start: `kubectl describe pod`.", "A Gateway that was deleted: the series ends with the next start of xds-svc."],
      [('gatehouse_xds_subscribers{fleet="shop/front", version="1.40.0"}', "2x10 0x60")],
      [('gatehouse_xds_subscribers{fleet="shop/front", version="1.40.0"}', "2x60"), ('gatehouse_xds_subscribers{fleet="gatehouse/waf", version="1"}', "0x60")],
      dict(fleet="shop/front"))

alert("GatehouseFailingOpen", "data-plane",
      "sum by (fleet) (increase(envoy_http_ext_authz_failure_mode_allowed[5m]) > 0 or increase(envoy_http_ext_proc_failure_mode_allowed[5m]) > 0"
      " or increase(envoy_cluster_ratelimit_failure_mode_allowed[5m]) > 0) > 0", "0m", "critical",
      "Requests to {{ $labels.fleet }} pass without a check",
      "A service for authorization, WAF or rate limits did not answer, and its policy lets requests pass then.",
      "A policy with `failOpen: true` or `failureMode: Open` is in force, and the service that it needs is away or too slow.",
      ["Dashboard *Platform overview*: calls to services that failed.", "`kubectl get pods -l app.kubernetes.io/part-of=gatehouse`: is a service away?"],
      ["Bring the service back, or add replicas.", "Requests of this time are in the access log: `response_flags`, and `waf.skipped` for the WAF."],
      [('envoy_http_ext_authz_failure_mode_allowed{fleet="shop/front"}', "0 0+5x60")],
      [('envoy_http_ext_authz_failure_mode_allowed{fleet="shop/front"}', "7x60")], dict(fleet="shop/front"))

alert("GatehouseCallsFail", "data-plane",
      "sum by (fleet) (rate(envoy_http_ext_authz_error[5m])) > 0.1 or sum by (fleet) (rate(envoy_http_ext_proc_streams_failed[5m])) > 0.1"
      " or sum by (fleet) (rate(envoy_cluster_ratelimit_error[5m])) > 0.1", "2m", "warning",
      "Proxies of {{ $labels.fleet }} do not reach a service",
      "Calls to authorization, WAF or rate limits fail more often than once in ten seconds.",
      "authz-svc, waf-svc or ratelimit-svc does not answer within its deadline. Requests are refused or pass, as their policies say.",
      ["Dashboard *Platform overview*: which calls.", "The service's own dashboard: waiting, shed, time."],
      ["More replicas, if it is load; a restart of the service, if one replica hangs."],
      [('envoy_http_ext_proc_streams_failed{fleet="shop/front"}', "0+60x60")], [('envoy_http_ext_proc_streams_failed{fleet="shop/front"}', "0+1x60")],
      dict(fleet="shop/front"))

alert("GatehouseConnectionsRefused", "data-plane", "sum by (fleet) (increase(envoy_listener_downstream_global_cx_overflow[5m])) > 0", "0m", "critical",
      "Proxies of {{ $labels.fleet }} refuse connections",
      "A proxy has as many connections as it may have, and refuses new ones.",
      "The limit of 50,000 connections for each proxy, or the limit of a ClientTrafficPolicy, is reached.",
      ["Dashboard *Fleet*: connections of each proxy."], ["More replicas of the fleet (`EnvoyProxy`), or a higher limit if the memory is there.",
                                                           "Clients that do not close: `timeout.http.idleTimeout` of the ClientTrafficPolicy."],
      [('envoy_listener_downstream_global_cx_overflow{fleet="shop/front"}', "0 0+5x60")],
      [('envoy_listener_downstream_global_cx_overflow{fleet="shop/front"}', "3x60")], dict(fleet="shop/front"))

alert("GatehouseConfigurationRefused", "control-plane", "sum by (type) (increase(gatehouse_xds_nacks_total[10m])) > 0", "0m", "warning",
      "A proxy or service refused a {{ $labels.type }}",
      "A configuration was refused (NACK). The part that was refused is found and held back; all else goes on.",
      "An object passed all checks, and Envoy or a service refused what was made of it.",
      ["Alert GatehouseObjectRefused, or `gatehouse status`: the object, with the proxy's words.", "The log of xds-svc: the resource and the reason."],
      ["Mend the object. The refusal leaves the status as soon as the object changes.", "Report it: what Envoy refuses should be refused before it is published."],
      [('gatehouse_xds_nacks_total{type="Listener"}', "0x20 1x60")], [('gatehouse_xds_nacks_total{type="Listener"}', "3x60")], dict(type="Listener"), "25m")

alert("GatehouseObjectRefused", "control-plane", "max by (kind, object) (gatehouse_controller_refused) == 1", "1m", "warning",
      "{{ $labels.kind }} {{ $labels.object }} was refused by a proxy",
      "What the object asks for is held back; its last accepted form is served.",
      "A proxy refused a part of the configuration that this object owns.",
      ["`kubectl -n NAMESPACE get KIND NAME -o yaml`: the condition Programmed or Accepted has the proxy's words.", "`gatehouse explain URL` for a request that it is for."],
      ["Mend the object, or take its change back."],
      [('gatehouse_controller_refused{kind="EnvoyPatchPolicy", object="shop/patch", instance="a"}', "1x60")], [],
      dict(kind="EnvoyPatchPolicy", object="shop/patch"))

alert("GatehouseConfigurationOverdue", "control-plane", "max by (instance) (gatehouse_xds_streams_overdue) > 0", "2m", "warning",
      "A proxy does not take its configuration",
      "{{ $labels.instance }} waits for the answer of a proxy, or cannot send it what there is.",
      "A proxy is connected and does not acknowledge. It serves an old configuration.",
      ["The log of xds-svc names the proxy and the type that is overdue.", "`gatehouse status`: the versions that proxies have acknowledged."],
      ["A proxy that hangs: delete its pod; it drains first.", "A network that loses data: the connections of the node."],
      [('gatehouse_xds_streams_overdue{instance="10.0.0.2:18100"}', "1x60")], [('gatehouse_xds_streams_overdue{instance="10.0.0.2:18100"}', "0x60")],
      dict(instance="10.0.0.2:18100"))

alert("GatehouseConfigLogDisconnected", "control-plane", "max by (instance) (gatehouse_xds_config_log_connected) == 0", "2m", "warning",
      "xds-svc does not reach the config log",
      "{{ $labels.instance }} serves the last good configuration; changes do not arrive.",
      "The stream to controller-svc, or Kafka where it is configured, is away.",
      ["`kubectl get pods -l app.kubernetes.io/name=controller-svc`: is a leader ready?", "With Kafka: the brokers, and the Secret gatehouse-kafka."],
      ["Bring controller-svc or Kafka back; xds-svc connects by itself.", "Traffic is not hurt meanwhile."],
      [('gatehouse_xds_config_log_connected{instance="10.0.0.2:18100"}', "0x60")], [('gatehouse_xds_config_log_connected{instance="10.0.0.2:18100"}', "1x60")],
      dict(instance="10.0.0.2:18100"))

alert("GatehouseSlowPropagation", "control-plane",
      "histogram_quantile(0.99, sum by (le) (rate(gatehouse_xds_propagation_seconds_bucket[10m]))) > 5", "10m", "warning",
      "Changes reach proxies late", "One of a hundred changes takes longer than five seconds from its publishing to the acceptance by a proxy.",
      "The control plane or the proxies are short of CPU, or changes come faster than they are taken.",
      ["Dashboard *Control plane*: queue, batches, acknowledgements by type.", "CPU throttling of controller-svc, xds-svc and the proxies."],
      ["More CPU for the part that is slow.", "Something that changes an object all the time: dashboard *Control plane*, changes."],
      [('gatehouse_xds_propagation_seconds_bucket{le="5.0"}', "0+1x60"), ('gatehouse_xds_propagation_seconds_bucket{le="30.0"}', "0+10x60"),
       ('gatehouse_xds_propagation_seconds_bucket{le="+Inf"}', "0+10x60")],
      [('gatehouse_xds_propagation_seconds_bucket{le="0.1"}', "0+10x60"), ('gatehouse_xds_propagation_seconds_bucket{le="5.0"}', "0+10x60"),
       ('gatehouse_xds_propagation_seconds_bucket{le="+Inf"}', "0+10x60")], {})

alert("GatehouseWithoutLeader", "control-plane", "max(gatehouse_controller_leads) == 0", "1m", "critical",
      "No controller-svc leads", "No replica writes statuses and infrastructure, and none serves changes.",
      "The replicas cannot get the Lease: the API server does not answer them, or their rights are missing.",
      ["`kubectl -n NAMESPACE get lease`, and the log of controller-svc.", "Is the API server reachable from the pods?"],
      ["Mend the way to the API server; a leader is elected within seconds.", "Traffic is not hurt meanwhile."],
      [('gatehouse_controller_leads{instance="a"}', "0x60"), ('gatehouse_controller_leads{instance="b"}', "0x60")],
      [('gatehouse_controller_leads{instance="a"}', "0x60"), ('gatehouse_controller_leads{instance="b"}', "1x60")], {})

alert("GatehouseControllerStopped", "control-plane", "min by (instance) (gatehouse_controller_live) == 0", "1m", "critical",
      "The controller's thread has ended", "{{ $labels.instance }} takes no changes any more.",
      "An error of the JVM, such as a lack of memory, has ended the thread that translates.",
      ["The log of controller-svc: the error."], ["The liveness probe restarts the pod. If it comes again: more memory, and a report with the log."],
      [('gatehouse_controller_live{instance="a"}', "0x60")], [('gatehouse_controller_live{instance="a"}', "1x60")], dict(instance="a"))

alert("GatehouseTranslationFails", "control-plane", "sum by (instance) (increase(gatehouse_controller_failures_total[10m])) > 0", "0m", "warning",
      "The translation of an object failed", "An error in {{ $labels.instance }}; the last good result of the object stays in force.",
      "Gatehouse has an error: the object should have been served or refused.",
      ["The log of controller-svc: `translating COLLECTION of OBJECT failed`.", "The object's condition says TranslationFailed."],
      ["Take the object's last change back.", "Report it with the object and the log."],
      [('gatehouse_controller_failures_total{instance="a"}', "0x20 1x60")], [('gatehouse_controller_failures_total{instance="a"}', "2x60")],
      dict(instance="a"), "25m")

alert("GatehouseStatusLag", "control-plane",
      "max by (instance) (gatehouse_controller_status_lag_seconds) > 30 or sum by (instance) (rate(gatehouse_controller_status_failures_total[5m])) > 0.1",
      "5m", "warning", "Statuses are written late", "{{ $labels.instance }} cannot write statuses as fast as they change, or the API server refuses them.",
      "What users see in `kubectl get` is old. Traffic is not hurt.",
      ["Dashboard *Control plane*: writes, failures, waiting.", "The log of controller-svc: the API server's answer."],
      ["Rights: compare the ClusterRole with deploy/base/controller/rbac.yaml.", "An API server that throttles: its priority and fairness settings."],
      [('gatehouse_controller_status_lag_seconds{instance="a"}', "60x60")], [('gatehouse_controller_status_lag_seconds{instance="a"}', "0x60")], dict(instance="a"))

for name, days, severity in [("GatehouseCertificateExpiresSoon", 14, "warning"), ("GatehouseCertificateExpires", 3, "critical")]:
    alert(name, "certificates", "max by (secret) (gatehouse_certificate_expiry_timestamp_seconds) - time() < %d * 86400" % days, "10m", severity,
          "The certificate in Secret {{ $labels.secret }} ends within %d days" % days,
          "Listeners serve this certificate. Clients refuse it once it has ended.",
          "A certificate was not renewed in time.",
          ["Dashboard *Certificates*: days left.", "`kubectl -n NAMESPACE get certificate` if cert-manager makes it."],
          ["Renew it: a new content of the Secret is served within a second, without a lost connection."],
          [('gatehouse_certificate_expiry_timestamp_seconds{secret="shop/tls"}', "172800x60")],
          [('gatehouse_certificate_expiry_timestamp_seconds{secret="shop/tls"}', "2592000x60")], dict(secret="shop/tls"))

alert("GatehouseLimitStoreFails", "services",
      'sum by (instance) (rate(gatehouse_ratelimit_store_seconds_count{outcome="failed"}[5m])) / (sum by (instance) (rate(gatehouse_ratelimit_store_seconds_count[5m])) > 0) > 0.01',
      "2m", "critical", "ratelimit-svc cannot count", "{{ $labels.instance }} does not reach Redis within its deadline for more than 1 % of the requests.",
      "Redis is away or slow. Requests pass without a limit, or are refused where the EnvoyGateway's configuration says failClosed.",
      ["Dashboard *Rate limits*: time and failures of the store.", "`redis-cli -u URL ping`, and the slow log of Redis."],
      ["Bring Redis back; counting goes on by itself.", "`GATEHOUSE_RATELIMIT_REDIS_DEADLINE` bounds the wait."],
      [('gatehouse_ratelimit_store_seconds_count{instance="a", outcome="failed"}', "0+60x60"), ('gatehouse_ratelimit_store_seconds_count{instance="a", outcome="counted"}', "0+600x60")],
      [('gatehouse_ratelimit_store_seconds_count{instance="a", outcome="failed"}', "0+1x60"), ('gatehouse_ratelimit_store_seconds_count{instance="a", outcome="counted"}', "0+600x60")],
      dict(instance="a"))

alert("GatehouseLimitsUndecided", "services", "sum by (reason) (rate(gatehouse_ratelimit_errors_total[5m])) > 0.1", "2m", "warning",
      "ratelimit-svc cannot decide requests ({{ $labels.reason }})", "More than one request in ten seconds is not decided.",
      "no-config: it has no configuration yet; store: Redis; bad-request: a descriptor that is not valid; internal: an error of Gatehouse.",
      ["Dashboard *Rate limits*: errors by reason.", "The log of ratelimit-svc."], ["no-config: the stream to xds-svc. store: alert GatehouseLimitStoreFails."],
      [('gatehouse_ratelimit_errors_total{reason="store"}', "0+60x60")], [('gatehouse_ratelimit_errors_total{reason="store"}', "5x60")], dict(reason="store"))

alert("GatehouseWafSheds", "services", "sum by (answer) (rate(gatehouse_waf_shed_total[5m])) > 0", "1m", "critical",
      "waf-svc does not inspect all requests", "Requests are {{ $labels.answer }} without inspection, for want of room or time.",
      "waf-svc has more work than it can do. `passed`: uninspected requests reach backends; `refused`: clients get 503.",
      ["Dashboard *WAF*: waiting, time by outcome, bytes of bodies that are held."],
      ["More replicas: the HorizontalPodAutoscaler, or `kubectl scale`.", "Policies that look at large bodies: `SecRequestBodyLimit`, or fewer routes."],
      [('gatehouse_waf_shed_total{answer="passed", reason="queue"}', "0 0+6x60")], [('gatehouse_waf_shed_total{answer="passed", reason="queue"}', "4x60")], dict(answer="passed"))

alert("GatehouseWafPolicyBroken", "services", "max(gatehouse_waf_policies_broken) > 0", "1m", "warning",
      "A WAFPolicy blocks everything", "The directives of a policy have never compiled; its targets are closed.",
      "An error in the SecLang text of a WAFPolicy, with no good version before it.",
      ["`gatehouse status` or the WAFPolicy's status: file, line and column.", "`gatehouse validate FILE`."], ["Mend the directives; the targets are open again in a second."],
      [('gatehouse_waf_policies_broken{instance="a"}', "1x60")], [('gatehouse_waf_policies_broken{instance="a"}', "0x60")], {})

alert("GatehouseWafCollectionsFail", "services", "sum by (operation) (rate(gatehouse_waf_collections_failures_total[5m])) > 0.1", "2m", "warning",
      "The WAF's persistent collections are away", "{{ $labels.operation }} in Redis fails; rules that count over requests see every client as new.",
      "Redis is away or slow for waf-svc.", ["`redis-cli -u URL ping`."], ["Bring Redis back."],
      [('gatehouse_waf_collections_failures_total{operation="read"}', "0+60x60")], [('gatehouse_waf_collections_failures_total{operation="read"}', "9x60")], dict(operation="read"))

alert("GatehouseSheds", "services", "sum by (instance) (rate(gatehouse_authz_shed_total[5m]) > 0 or rate(gatehouse_ratelimit_shed_total[5m]) > 0) > 0", "1m", "warning",
      "A service refuses calls for want of time", "{{ $labels.instance }} refuses calls at once that it could not answer within their deadline.",
      "The service has more work than it can do.", ["Dashboard *Authentication* or *Rate limits*: rate and time; CPU of the pods."],
      ["More replicas, or more CPU."],
      [('gatehouse_authz_shed_total{instance="a"}', "0 0+6x60")], [('gatehouse_authz_shed_total{instance="a"}', "4x60")], dict(instance="a"))

alert("GatehouseServiceDown", "services", 'up{component=~".+"} == 0', "2m", "critical", "{{ $labels.component }} is not scraped",
      "{{ $labels.instance }} does not answer.", "The process is away, or its metrics cannot be reached.",
      ["`kubectl get pods -l app.kubernetes.io/name=COMPONENT`."], ["A pod that does not start: `kubectl describe pod`; the log of the last run by `kubectl logs -p`."],
      [('up{component="waf-svc", instance="a"}', "0x60")], [('up{component="waf-svc", instance="a"}', "1x60"), ('up{instance="b"}', "0x60")],
      dict(component="waf-svc", instance="a"))

alert("GatehouseServiceGone", "services",
      'count by (component) (count_over_time(up{component=~".+-svc"}[6h])) unless count by (component) (up{component=~".+-svc"})', "2m", "critical",
      "{{ $labels.component }} has no replica", "Prometheus finds no pod of it any more, and found one within the last six hours.",
      "All pods of the service are gone, so there is none that could be down: its Deployment was deleted or scaled to 0, or its pods cannot be made.",
      ["`kubectl get deployments -A -l app.kubernetes.io/part-of=gatehouse`.", "`kubectl describe replicaset` of the service: an admission policy, a quota?"],
      ["`kubectl scale deployment COMPONENT --replicas=2`, or apply the overlay again.",
       "A service that you have removed on purpose: the alert ends after six hours; silence it until then."],
      [('up{component="waf-svc", instance="a"}', "1x10 _x50"), ('up{component="xds-svc", instance="b"}', "1x60")],
      [('up{component="waf-svc", instance="a"}', "1x10 _x50"), ('up{component="waf-svc", instance="c"}', "_x10 1x50")],
      dict(component="waf-svc"))

alert("GatehouseRestarts", "services",
      'changes(process_start_time_seconds{component=~".+"}[15m]) > 2 or resets(envoy_server_uptime[15m]) > 2', "0m", "warning",
      "{{ $labels.instance }} restarts again and again", "It started more than twice within 15 minutes.",
      "A process crashes, runs out of memory, or fails its liveness probe.",
      ["`kubectl describe pod`: the reason of the last end; `kubectl logs -p`."], ["OOMKilled: more memory. A crash: a report with the log."],
      [('process_start_time_seconds{component="waf-svc", instance="a"}', "0+60x60")], [('process_start_time_seconds{component="waf-svc", instance="a"}', "60x60")],
      dict(component="waf-svc", instance="a"))

alert("GatehouseMemoryNearLimit", "services",
      'sum by (component, instance) (jvm_memory_used_bytes{area="heap", component=~".+"}) / sum by (component, instance) (jvm_memory_max_bytes{area="heap", component=~".+"}) > 0.95'
      ' or max by (component, instance) (envoy_overload_envoy_resource_monitors_fixed_heap_pressure) > 90', "10m", "warning",
      "{{ $labels.instance }} is near its memory limit", "More than 95 % of the heap of a service, or 90 % of a proxy's memory, has been in use for ten minutes.",
      "The limit is too small for the configuration or the load, or memory leaks.",
      ["Dashboard *Fleet* for proxies, *Platform overview* for services."], ["A higher limit of the container. Proxies refuse requests at 98 %."],
      [('jvm_memory_used_bytes{area="heap", component="waf-svc", instance="a"}', "99x60"), ('jvm_memory_max_bytes{area="heap", component="waf-svc", instance="a"}', "100x60")],
      [('jvm_memory_used_bytes{area="heap", component="waf-svc", instance="a"}', "50x60"), ('jvm_memory_max_bytes{area="heap", component="waf-svc", instance="a"}', "100x60")],
      dict(component="waf-svc", instance="a"))

alert("GatehouseVersionSkew", "services", "count(count by (version) (gatehouse_build_info)) > 1", "1h", "info",
      "Services of several versions run", "The services of an installation should have one version, for longer than an upgrade takes.",
      "An upgrade has not finished.", ["Dashboard *Platform overview*: versions."], ["Finish or take back the upgrade: `kubectl rollout status`."],
      [('gatehouse_build_info{service="waf-svc", version="1"}', "1x90"), ('gatehouse_build_info{service="xds-svc", version="2"}', "1x90")],
      [('gatehouse_build_info{service="waf-svc", version="1"}', "1x90"), ('gatehouse_build_info{service="xds-svc", version="1"}', "1x90")], {}, "80m")

alert("GatehouseProxyVersionSkew", "services",
      'count by (fleet) (count by (fleet, version) (gatehouse_xds_subscribers{fleet!~"gatehouse/.*"} > 0)) > 1', "1h", "info",
      "{{ $labels.fleet }} has proxies of several versions", "The proxies of a fleet should have one version, for longer than a rollout takes.",
      "A rollout of the fleet has not finished.", ["Dashboard *Fleet*: proxies by version."], ["`kubectl rollout status` of the fleet's Deployment."],
      [('gatehouse_xds_subscribers{fleet="shop/front", version="1.40.0"}', "1x90"), ('gatehouse_xds_subscribers{fleet="shop/front", version="1.39.0"}', "1x90")],
      [('gatehouse_xds_subscribers{fleet="shop/front", version="1.40.0"}', "2x90"), ('gatehouse_xds_subscribers{fleet="shop/front", version="1.39.0"}', "0x90")],
      dict(fleet="shop/front"), "80m")
