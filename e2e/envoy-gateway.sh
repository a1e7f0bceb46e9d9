# Sourced: Envoy Gateway, built from its Go module and installed by its Helm chart, with the Envoy that Gatehouse has.
# shellcheck shell=bash
# shellcheck source=helm.sh
. "$root/e2e/helm.sh"
envoy_gateway_version=1.9.1
envoy_gateway_namespace=envoy-gateway-peer

# envoy_gateway_build: prints the folder with the program envoy-gateway and the module's charts. Built once.
envoy_gateway_build() {
  local cache=${XDG_CACHE_HOME:-$HOME/.cache}/gatehouse/envoy-gateway/$envoy_gateway_version module
  if [ ! -x "$cache/image/envoy-gateway" ]; then
    say "building Envoy Gateway $envoy_gateway_version: about seven minutes, once"
    mkdir -p "$cache"
    module=$(go mod download -json "github.com/envoyproxy/gateway@v$envoy_gateway_version" | sed -n 's/^[[:space:]]*"Dir": "\(.*\)",$/\1/p')
    rm -rf "$cache/source"
    cp -R "$module" "$cache/source"
    chmod -R u+w "$cache/source"
    (cd "$cache/source" && CGO_ENABLED=0 go build -trimpath -ldflags '-s -w' -o "$cache/envoy-gateway.new" ./cmd/envoy-gateway) >&2
    mkdir -p "$cache/image"
    mv "$cache/envoy-gateway.new" "$cache/image/envoy-gateway"
  fi
  echo "$cache"
}

# envoy_gateway_install: into a namespace of its own, with the GatewayClass eg.
envoy_gateway_install() {
  local built helm image=localhost/envoy-gateway:$envoy_gateway_version
  built=$(envoy_gateway_build)
  helm=$(helm_build)
  # The chart's containers call the program by its name.
  printf 'FROM localhost/base\nCOPY envoy-gateway /usr/local/bin/\nUSER 65532:65532\nENTRYPOINT ["envoy-gateway"]\n' >"$built/image/Dockerfile"
  bash "$cluster/image" build "$image" "$built/image" >&2
  bash "$cluster/image" envoy "$envoy_version" >&2
  GatewayImage=$image GatewayImagePullPolicy=IfNotPresent envsubst '$GatewayImage $GatewayImagePullPolicy' \
    <"$built/source/charts/gateway-helm/values.tmpl.yaml" >"$built/source/charts/gateway-helm/values.yaml"
  kubectl apply --server-side --force-conflicts -f "$built/source/charts/gateway-helm/charts/crds/crds/generated" >&2
  "$helm" upgrade --install eg "$built/source/charts/gateway-helm" --namespace "$envoy_gateway_namespace" --create-namespace --set crds.enabled=false \
    --set config.envoyGateway.provider.type=Kubernetes \
    --set config.envoyGateway.provider.kubernetes.shutdownManager.image="$image" >&2
  kubectl -n "$envoy_gateway_namespace" rollout status deployment/envoy-gateway --timeout=180s >&2 || die "Envoy Gateway is not ready"
  kubectl apply -f - >&2 <<YAML
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: EnvoyProxy
metadata: {name: small, namespace: $envoy_gateway_namespace}
spec:
  provider:
    type: Kubernetes
    kubernetes: {envoyDeployment: {container: {image: "localhost/envoy:$envoy_version", resources: {requests: {cpu: 10m, memory: 64Mi}}}}}
---
apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: {name: eg}
spec:
  controllerName: gateway.envoyproxy.io/gatewayclass-controller
  parametersRef: {group: gateway.envoyproxy.io, kind: EnvoyProxy, name: small, namespace: $envoy_gateway_namespace}
YAML
}
