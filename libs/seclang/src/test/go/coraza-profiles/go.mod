module gatehouse.dev/coraza-profiles

go 1.25.0

require github.com/corazawaf/coraza/v3 v3.8.1
