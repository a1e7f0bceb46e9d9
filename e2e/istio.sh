# Sourced: Istio, built from its Go module and installed by its Helm charts as its profile "minimal" does: istiod, and no gateway.
#
# The project's image of the proxy is not needed: the sidecar is pilot-agent with the Envoy that Gatehouse has. Envoy's own build knows none of
# the extensions that Istio adds to it, so istiod is told to leave them out (istio_without_extensions).
# shellcheck shell=bash
# shellcheck source=helm.sh
. "$root/e2e/helm.sh"
istio_version=0.0.0-20260827124520-eed52ebb66ad
istio_tag=${istio_version##*-}

# Istio-only parts of a sidecar's configuration: filters istio.alpn and istio.metadata_exchange, the latter's ALPN name, and istio.stats.
# What is lost: telemetry with the peer's name, and HTTP found out by the mesh's ALPN on ports whose protocol no Service names.
istio_without_extensions=(
  --set env.PILOT_ENABLE_METADATA_EXCHANGE=false
  --set env.PILOT_DISABLE_MX_ALPN=true
  --set env.PILOT_ENABLE_ALPN_FILTER=false
  --set telemetry.enabled=false
)

# istio_build: prints the folder with the programs pilot-discovery and pilot-agent, and the module's charts. Built once.
istio_build() {
  local cache=${XDG_CACHE_HOME:-$HOME/.cache}/gatehouse/istio/$istio_tag module program
  if [ ! -f "$cache/source/go.mod" ]; then
    mkdir -p "$cache"
    module=$(go mod download -json "istio.io/istio@v$istio_version" | sed -n 's/^[[:space:]]*"Dir": "\(.*\)",$/\1/p')
    rm -rf "$cache/source.new"
    cp -R "$module" "$cache/source.new"
    chmod -R u+w "$cache/source.new"
    mv "$cache/source.new" "$cache/source"
  fi
  for program in pilot-discovery pilot-agent; do
    [ ! -x "$cache/$program" ] || continue
    say "building $program of Istio $istio_tag: some minutes, once"
    (cd "$cache/source" && CGO_ENABLED=0 go build -trimpath -ldflags '-s -w' -o "$cache/$program.new" "./pilot/cmd/$program") >&2
    mv "$cache/$program.new" "$cache/$program"
  done
  echo "$cache"
}

# istio_images: localhost/istio/pilot and localhost/istio/proxyv2, made of the programs, for the cluster.
istio_images() {
  local built context
  built=$(istio_build)
  bash "$cluster/image" envoy "$envoy_version" >&2
  context=$(mktemp -d)
  mkdir "$context/pilot" "$context/proxyv2"
  cp "$built/pilot-discovery" "$context/pilot/"
  printf 'FROM localhost/base\nCOPY pilot-discovery /usr/local/bin/\nUSER 1337:1337\nENTRYPOINT ["/usr/local/bin/pilot-discovery"]\n' >"$context/pilot/Dockerfile"
  cp "$built/pilot-agent" "$context/proxyv2/"
  cp "$built/source/tools/packaging/common/envoy_bootstrap.json" "$context/proxyv2/envoy_bootstrap_tmpl.json"
  cat >"$context/proxyv2/Dockerfile" <<DOCKERFILE
FROM localhost/envoy:$envoy_version
RUN apt-get update && apt-get install -y --no-install-recommends iptables && rm -rf /var/lib/apt/lists/*
COPY envoy_bootstrap_tmpl.json /var/lib/istio/envoy/envoy_bootstrap_tmpl.json
COPY pilot-agent /usr/local/bin/
WORKDIR /
ENTRYPOINT ["/usr/local/bin/pilot-agent"]
DOCKERFILE
  "$root/e2e/image-once" "$cluster" "localhost/istio/pilot:$istio_tag" "$context/pilot" >&2
  "$root/e2e/image-once" "$cluster" "localhost/istio/proxyv2:$istio_tag" "$context/proxyv2" >&2
  rm -rf "$context"
}

# istio_install [HELM-ARGUMENT...]: into istio-system, and waits until istiod is ready.
istio_install() {
  local built helm
  built=$(istio_build)
  helm=$(helm_build)
  istio_images
  "$helm" upgrade --install istio-base "$built/source/manifests/charts/base" --namespace istio-system --create-namespace \
    --set defaultRevision=default >&2
  "$helm" upgrade --install istiod "$built/source/manifests/charts/istio-control/istio-discovery" --namespace istio-system \
    --set global.hub=localhost/istio --set "global.tag=$istio_tag" --set global.imagePullPolicy=IfNotPresent \
    --set autoscaleEnabled=false --set replicaCount=2 --set resources.requests.cpu=10m --set resources.requests.memory=128Mi \
    --set global.proxy.resources.requests.cpu=10m --set global.proxy.resources.requests.memory=64Mi \
    "${istio_without_extensions[@]}" "$@" >&2
  kubectl -n istio-system rollout status deployment/istiod --timeout=180s >&2 || die "istiod is not ready"
}
