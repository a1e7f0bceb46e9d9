# Sourced by the scripts of this folder: the cluster, the images, the installation.
# shellcheck shell=bash
set -euo pipefail
root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)

# A folder with the scripts "up", "crds" and "image" of a cluster; any other cluster by GATEHOUSE_E2E_CLUSTER=none and
# KUBECONFIG, with images that are there already.
cluster=${GATEHOUSE_E2E_CLUSTER:-$root/../shared/cluster}
overlay=${GATEHOUSE_E2E_OVERLAY:-default}
# More components of deploy/components, separated by spaces.
components=${GATEHOUSE_E2E_COMPONENTS:-}
namespace=envoy-gateway-system
# Where the proxies of the Gateway of the walk-through are.
fleet_namespace=$namespace
[[ " $components " != *" gateway-namespace-mode "* ]] || fleet_namespace=httpbin
envoy_version=$(sed -n 's:.*<envoy.version>\([0-9.]*\)</envoy.version>.*:\1:p' "$root/pom.xml" | head -1)
tag=e2e
# For the kustomization that is installed: lines of "images" and of "patches".
more_images=
more_patches="- target: {kind: GatewayClass}
  patch: |
    - {op: add, path: /spec/parametersRef, value: {group: gateway.envoyproxy.io, kind: EnvoyProxy, name: small, namespace: $namespace}}"

say() { printf '%s %s\n' "$(date +%T)" "$*" >&2; }
die() { say "FAILED: $*"; exit 1; }

# cluster_up [--fresh]: brings the cluster up and points kubectl at it.
cluster_up() {
  if [ "$cluster" != none ]; then
    [ -x "$cluster/up" ] || [ -f "$cluster/up" ] || die "there is no cluster script in $cluster (GATEHOUSE_E2E_CLUSTER names another folder)"
    [ "${1:-}" != --fresh ] || bash "$cluster/down"
    KUBECONFIG=$(bash "$cluster/up")
    export KUBECONFIG
    PATH=${KUBE_LAB_STATE:-/var/lib/kube-lab}/bin:$PATH
    bash "$cluster/crds" experimental >&2
  fi
  kubectl version >/dev/null || die "the cluster does not answer"
}

# images [NAME...]: builds the images and hands them to the cluster.
images() {
  [ "$cluster" != none ] || return 0
  say "building images"
  "$root/deploy/images/build" --base localhost/jre25 --prefix localhost/gatehouse/ --tag "$tag" --with "$root/e2e/image-once $cluster" "$@" >&2
  bash "$cluster/image" envoy "$envoy_version" >&2
  if [ "$overlay" = default ]; then
    local context
    context=$(mktemp -d)
    printf 'FROM localhost/base\nRUN apt-get update && apt-get install -y --no-install-recommends redis-server && rm -rf /var/lib/apt/lists/*\nUSER 65532:65532\n' >"$context/Dockerfile"
    [ -n "$(bash "$cluster/image" list | grep -o 'localhost/gatehouse/redis' | head -1)" ] ||
      bash "$cluster/image" build localhost/gatehouse/redis:8 "$context" >&2
    rm -rf "$context"
  fi
}

# program_image PROGRAM IMAGE [LINE...]: hands the cluster an image with the program. LINE is more for the Dockerfile; PROGRAM.yaml, where it is there, is
# settings.yaml beside it.
program_image() {
  local context
  context=$(mktemp -d)
  cp "$1" "$context/program"
  printf '%s\n' 'FROM localhost/base' 'COPY program /program' 'ENTRYPOINT ["/program"]' "${@:3}" >"$context/Dockerfile"
  [ ! -f "$1.yaml" ] || cp "$1.yaml" "$context/settings.yaml"
  "$root/e2e/image-once" "$cluster" "$2" "$context" >&2
  rm -rf "$context"
}

# kustomization FOLDER: an overlay over the overlay, with this machine's images and requests that fit on it.
kustomization() {
  local name
  {
    echo "apiVersion: kustomize.config.k8s.io/v1beta1"
    echo "kind: Kustomization"
    echo "resources:"
    echo "- $(realpath --relative-to "$1" "$root/deploy/overlays/$overlay")"
    echo "- small-proxies.yaml"
    [ -z "$components" ] || echo "components:"
    for name in $components; do
      echo "- $(realpath --relative-to "$1" "$root/deploy/components/$name")"
    done
    echo "images:"
    for name in controller-svc xds-svc ratelimit-svc waf-svc authz-svc; do
      echo "- {name: gatehouse/$name, newName: localhost/gatehouse/$name, newTag: $tag}"
    done
    echo "- {name: docker.io/library/redis, newName: localhost/gatehouse/redis, newTag: '8'}"
    printf '%s' "$more_images"
    cat <<PATCHES
patches:
$more_patches
- target: {kind: Deployment, name: (controller|xds|ratelimit|waf|authz)-svc}
  patch: |
    - {op: replace, path: /spec/template/spec/containers/0/resources/requests/cpu, value: 10m}
- target: {kind: Deployment, name: controller-svc}
  patch: |
    - {op: add, path: /spec/template/spec/containers/0/env/-, value: {name: GATEHOUSE_CONTROLLER_FLEET_PROXY_IMAGE, value: "localhost/envoy:$envoy_version"}}
    - {op: add, path: /spec/template/spec/containers/0/env/-, value: {name: GATEHOUSE_CONTROLLER_FLEET_SHUTDOWN_MANAGER_IMAGE, value: "localhost/gatehouse/shutdown-manager:$tag"}}
PATCHES
  } >"$1/kustomization.yaml"
  # The conformance suite runs dozens of Gateways at a time.
  cat >"$1/small-proxies.yaml" <<PROXY
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: EnvoyProxy
metadata: {name: small, namespace: $namespace}
spec:
  provider:
    type: Kubernetes
    kubernetes: {envoyDeployment: {container: {resources: {requests: {cpu: 10m, memory: 64Mi}}}}}
PROXY
}

# install: applies the overlay and waits until every service is ready.
install() {
  local folder deployment
  # One that is going takes what is applied with it.
  not_terminating() { [ "$(kubectl get namespace "$namespace" -o 'jsonpath={.status.phase}' 2>/dev/null)" != Terminating ]; }
  await 120 "namespace $namespace to go" not_terminating
  folder=$(mktemp -d "$root/target/e2e.XXXXXX" 2>/dev/null || { mkdir -p "$root/target" && mktemp -d "$root/target/e2e.XXXXXX"; })
  kustomization "$folder"
  # Twice where CRDs are new: objects of a kind cannot be applied in the breath that brings the kind.
  kubectl apply -k "$folder" >/dev/null 2>"$folder/first" || { sleep 1; kubectl apply -k "$folder" >/dev/null || { cat "$folder/first" >&2; die "the overlay $overlay cannot be applied"; }; }
  rm -rf "$folder"
  for deployment in $(kubectl -n "$namespace" get deployments -l app.kubernetes.io/part-of=gatehouse -o name); do
    kubectl -n "$namespace" rollout status "$deployment" --timeout=180s >&2 || {
      kubectl -n "$namespace" get pods >&2
      kubectl -n "$namespace" logs "$deployment" --tail=20 >&2 || true
      die "$deployment is not ready"
    }
  done
}

# await SECONDS WHAT COMMAND...: until the command succeeds.
await() {
  local end=$((SECONDS + $1)) what=$2
  shift 2
  until "$@" >/dev/null 2>&1; do
    ((SECONDS < end)) || die "gave up waiting for $what"
    sleep 0.2
  done
}

# status_of CURL-ARGUMENT...: prints the status of the answer within ten seconds, or what -m says; 000: there is none.
status_of() { curl -sS -m 10 -o /dev/null -w '%{http_code}' "$@"; }

# gateway_address NAMESPACE NAME: prints the Gateway's first address.
gateway_address() { kubectl -n "$1" get gateway "$2" -o 'jsonpath={.status.addresses[0].value}'; }
has_address() { [ -n "$(gateway_address "$1" "$2")" ]; }
programmed() { [ "$(kubectl -n "$1" get gateway "$2" -o 'jsonpath={.status.conditions[?(@.type=="Programmed")].status}')" = True ]; }

passed=0
# check WHAT COMMAND...: runs the command, says "ok: WHAT", and counts; where it fails it says what is there, and ends.
check() {
  local what=$1 out
  shift
  if out=$("$@" 2>&1); then
    passed=$((passed + 1))
    say "ok: $what"
  else
    say "NOT ok: $what"
    printf '%s\n' "$out" | tail -20 >&2
    kubectl -n "$namespace" get pods >&2 || true
    kubectl -n httpbin get gateway,httproute,wafpolicy -o yaml | grep -A8 'conditions:' >&2 || true
    exit 1
  fi
}
# equals IS EXPECTED
equals() { [ "$1" = "$2" ] || { echo "is \"$1\" (expected: \"$2\")"; return 1; }; }
