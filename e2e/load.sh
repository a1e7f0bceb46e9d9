# Sourced after lib.sh, for what e2e/run left: the protected route, load on it, and replicas that end.
# shellcheck shell=bash
address=
url=
work=$(mktemp -d)
sent=0
failed=0
load=

# protected_route: a route that authz-svc, ratelimit-svc and waf-svc all have a say in; sets address and url, and waits until it serves.
protected_route() {
  await 120 "the Gateway's address" has_address httpbin dedicated-gateway
  address=$(gateway_address httpbin dedicated-gateway)
  kubectl apply -f "$root/e2e/manifests/protect.yaml" >/dev/null
  url=http://$address/protected/get
  await 120 "$url" serves
}
serves() { [ "$(status_of -m 5 -H 'X-Api-Key: the-key-of-the-load' "$url")" = 200 ]; }

load_begin() {
  python3 "$root/e2e/load.py" "$url" >"$work/result" 2>"$work/failures" &
  load=$!
  sleep 2
}

# load_end WHAT: says how many requests were sent and failed since load_begin, and adds them to sent and failed.
load_end() {
  local these bad
  kill -TERM "$load"
  wait "$load" || true
  load=
  read -r these bad <"$work/result"
  say "$1: $these requests sent, $bad failed"
  cut -d';' -f1 "$work/failures" | sort | uniq -c | head -5 >&2
  head -10 "$work/failures" | load_explain >&2
  sent=$((sent + these))
  failed=$((failed + bad))
}

# load_explain: for each line of standard input, of load.py: the line, and what the access logs of the proxies, and of their sidecars, say of its
# request: flags, details and upstreams. Proxies that have ended meanwhile say nothing more.
load_explain() {
  local line agent pod container
  while read -r line; do
    echo "$line"
    agent=$(grep -o 'load/[0-9-]*' <<<"$line" | head -1) || continue
    for pod in $(kubectl -n "$fleet_namespace" get pods -l app.kubernetes.io/component=proxy -o name); do
      for container in envoy istio-proxy; do
        kubectl -n "$fleet_namespace" logs "$pod" -c "$container" --since=10m 2>/dev/null | grep -F -e "\"$agent\"" |
          sed "s|^|  ${pod#pod/} $container: |" || true
      done
    done
  done
}

# load_total: prints the sums; fails where a request did.
load_total() {
  echo "requests sent: $sent, failed: $failed"
  [ "$failed" -eq 0 ]
}

# load_finish: for the script's end, however it ends.
load_finish() {
  [ -z "$load" ] || kill "$load" 2>/dev/null || true
  rm -rf "$work"
}

# ready SERVICE: the pods that are ready and not being deleted.
ready() {
  kubectl -n "$namespace" get pods -l "app.kubernetes.io/name=$1" \
    -o 'jsonpath={range .items[*]}{.metadata.name} {.metadata.deletionTimestamp} {.status.conditions[?(@.type=="Ready")].status}{"\n"}{end}' |
    awk 'NF == 2 && $2 == "True" {print $1}'
}
two_ready() { [ "$(ready "$1" | wc -l)" -ge 2 ]; }

# processes POD: the ids of the pod's Java processes, on a cluster of this machine, found by the pod's uid in their cgroups.
processes() {
  local uid pid
  [ "$cluster" != none ] || return 0
  uid=$(kubectl -n "$namespace" get pod "$1" -o 'jsonpath={.metadata.uid}')
  for pid in $(pgrep -x java); do
    ! grep -q -e "$uid" -e "${uid//-/_}" "/proc/$pid/cgroup" 2>/dev/null || echo "$pid"
  done
}

# crash POD: its process is gone at once, without a word; elsewhere than on this machine the pod is deleted without a grace period.
crash() {
  local found
  found=$(processes "$1")
  # shellcheck disable=SC2086
  if [ -n "$found" ]; then kill -KILL $found; else kubectl -n "$namespace" delete pod "$1" --grace-period=0 --force >/dev/null 2>&1; fi
}

changes=0
# change: a route that was not there; its path is found when the proxies have it.
change() {
  changes=$((changes + 1))
  kubectl apply -f - >/dev/null <<YAML
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: changed, namespace: httpbin}
spec:
  parentRefs: [{name: dedicated-gateway}]
  rules:
  - matches: [{path: {type: Exact, value: /changed-$$-$changes}}]
    filters: [{type: URLRewrite, urlRewrite: {path: {type: ReplaceFullPath, replaceFullPath: /get}}}]
    backendRefs: [{name: httpbin, port: 8000}]
YAML
}
changed() { [ "$(status_of -m 5 "http://$address/changed-$$-$changes")" = 200 ]; }
no_change() { kubectl -n httpbin delete httproute changed --ignore-not-found >/dev/null || true; }
