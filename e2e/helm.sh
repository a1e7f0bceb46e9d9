# Sourced: Helm, built from its Go module.
# shellcheck shell=bash
helm_version=3.21.4

# helm_build: prints the path of the program. Built once.
helm_build() {
  local cache=${XDG_CACHE_HOME:-$HOME/.cache}/gatehouse/helm/$helm_version
  if [ ! -x "$cache/helm" ]; then
    say "building Helm $helm_version: once"
    mkdir -p "$cache"
    GOBIN=$cache CGO_ENABLED=0 go install -trimpath -ldflags '-s -w' "helm.sh/helm/v3/cmd/helm@v$helm_version" >&2
  fi
  echo "$cache/helm"
}
