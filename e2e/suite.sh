# Sourced: Envoy Gateway's own tests. Those of 1.7.0: the Go modules of later versions do not have theirs.
# shellcheck shell=bash
suite_version=1.7.0

# suite_build TAG PACKAGE: builds the tests of the package with the build tag, once, and prints the folder that has source/ and PACKAGE.test.
suite_build() {
  local module kept=${XDG_CACHE_HOME:-$HOME/.cache}/gatehouse/envoy-gateway-suite/$suite_version
  if [ ! -d "$kept/source" ]; then
    module=$(go mod download -json "github.com/envoyproxy/gateway@v$suite_version" | sed -n 's/^[[:space:]]*"Dir": "\(.*\)",$/\1/p')
    [ -d "$module" ] || die "the Go module github.com/envoyproxy/gateway@v$suite_version cannot be fetched"
    mkdir -p "$kept"
    rm -rf "$kept/source.new"
    cp -R "$module" "$kept/source.new"
    chmod -R u+w "$kept/source.new"
    mv "$kept/source.new" "$kept/source"
  fi
  if [ ! -x "$kept/$2.test" ]; then
    say "building Envoy Gateway's tests of $2: some minutes, once"
    (cd "$kept/source" && CGO_ENABLED=0 go test -tags "$1" -c -o "$kept/$2.test.new" "./test/$2") >&2
    mv "$kept/$2.test.new" "$kept/$2.test"
  fi
  echo "$kept"
}
