# Every target needs Go and make, and nothing else.

BUF         := go run github.com/bufbuild/buf/cmd/buf@v1.75.0
STATICCHECK := go run honnef.co/go/tools/cmd/staticcheck@v0.8.2

CODE := cmd ctl fsm linkd transport

# Tests that run clusters of real processes; each has the machine for itself.
CLUSTERS := $(addprefix ./,$(wildcard linkd/drill linkd/e2e))

# Where goroutines share things; the race detector makes them several times slower.
RACE := ./fsm ./linkd/... ./transport/api/... ./transport/raftnet/... ./transport/switchsim ./transport/xsi ./ctl

# What a node under load does most: the compiler makes that faster, a tenth in all. It
# costs a minute at the first build, which go run and the tests do without.
PGO := cmd/linkd/linkd.pgo

# How long each fuzz test runs, and how often the soak repeats its tests.
FUZZTIME ?= 20s
ROUNDS   ?= 1

.PHONY: help build test race lint fmt generate fuzz soak bench bench-failover bench-profile pgo test-bench lint-bench

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: bin/linkd ## build linkd, linkctl and switchsim into bin/
	go build -o bin/ ./cmd/linkctl ./cmd/switchsim

test: ## every test that fits into minutes
	go test -timeout 10m $$(go list ./... | grep -vxF "$$(go list $(CLUSTERS))")
# Uncached: drill builds linkd itself, which Go's test cache doesn't see.
	go test -p 1 -count 1 -timeout 15m $(CLUSTERS)

race: ## the tests of what runs concurrently, under the race detector
	go test -race -timeout 30m $(RACE)

lint: ## formatting, vet, staticcheck
	@bad=$$(gofmt -l $(CODE)); test -z "$$bad" || { echo "gofmt would change:"; echo "$$bad"; exit 1; }
	go vet ./...
	$(STATICCHECK) ./...

fmt: ## format all Go files
	gofmt -w $(CODE)

generate: ## make the committed generated code again
	@for dir in fsm/fsmpb transport/api/apipb; do \
	  $(BUF) generate $$dir --template '{"version":"v2","plugins":[{"local":["go","run","google.golang.org/protobuf/cmd/protoc-gen-go@v1.36.12"],"out":"'$$dir'","opt":["paths=source_relative"]},{"local":["go","run","connectrpc.com/connect/cmd/protoc-gen-connect-go@v1.21.1"],"out":"'$$dir'","opt":["paths=source_relative"]}]}' || exit 1; \
	done
	@$(BUF) generate fsm/fsmpb --template '{"version":"v2","plugins":[{"local":["go","run","github.com/planetscale/vtprotobuf/cmd/protoc-gen-go-vtproto@v0.6.0"],"out":"fsm/fsmpb","opt":["paths=source_relative","features=marshal+size"]}]}'

fuzz: ## each fuzz test for FUZZTIME (20s)
	@for dir in $$(grep -rl --include='*_test.go' '^func Fuzz' $(CODE) | xargs -n1 dirname | sort -u); do \
	  for f in $$(grep -ho '^func Fuzz[A-Za-z0-9_]*' $$dir/*_test.go | cut -c6-); do \
	    echo "== $$dir $$f"; go test ./$$dir -run '^$$' -fuzz "^$$f$$" -fuzztime $(FUZZTIME) || exit 1; \
	  done; \
	done

soak: ## ROUNDS (1) times every way of breaking a real cluster, at full length
	HOLDLINE_SOAK=1 go test ./linkd/node ./linkd/links -count $(ROUNDS) -timeout 0
	HOLDLINE_SOAK=1 go test ./linkd/drill -count $(ROUNDS) -timeout 0 -v

# The benchmarks are a module of their own, so that nobody else downloads etcd
# and NATS: nothing above this line touches it but gofmt. BENCH says what to
# measure, see bin/bench throughput --help and bin/bench failover --help.
BENCH ?=

bin/linkd bin/linkdprofile bin/bench: always
bin/linkd:
	go build -pgo=$(PGO) -o $@ ./cmd/linkd
bin/linkdprofile:
	cd cmd/bench && go build -o ../../$@ ./linkdprofile
bin/bench:
	cd cmd/bench && go build -o ../../$@ .
.PHONY: always

bench: bin/linkd bin/bench ## events/s and their times, beside raft, etcd and NATS: minutes
	bin/bench throughput $(BENCH)

bench-failover: bin/linkd bin/bench ## how long nothing comes when the leader is gone: 20 minutes
	bin/bench failover $(BENCH)

bench-profile: bin/linkdprofile bin/bench ## processor profiles of nodes under load, into bench-out
	bin/bench profile --linkd bin/linkdprofile $(BENCH)

pgo: ## make the profile again that bin/linkd is built with
	rm -f bench-out/profile-*.pprof
	$(MAKE) bench-profile
	go tool pprof -proto bench-out/profile-*.pprof > $(PGO)

test-bench: ## the tests of the benchmarks
	cd cmd/bench && go test -timeout 5m ./...

lint-bench: ## vet and staticcheck of the benchmarks
	cd cmd/bench && go vet ./... && $(STATICCHECK) ./...
