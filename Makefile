# Every target runs on a machine that has Go and make, and nothing else.

BUF         := go run github.com/bufbuild/buf/cmd/buf@v1.75.0
STATICCHECK := go run honnef.co/go/tools/cmd/staticcheck@v0.8.2

.PHONY: build test lint fmt generate

build: ## build the three programs into bin/
	go build -o bin/ ./cmd/...

test: ## every test that fits into minutes
	go test ./...

lint: ## formatting, vet, staticcheck
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { gofmt -l $$(git ls-files '*.go'); exit 1; }
	go vet ./...
	$(STATICCHECK) ./...

fmt:
	gofmt -w $$(git ls-files '*.go')

# Generated code is committed; this makes it again.
generate:
	@for dir in $(wildcard fsm/fsmpb transport/api/apipb); do \
	  $(BUF) generate $$dir --template '{"version":"v2","plugins":[{"local":["go","run","google.golang.org/protobuf/cmd/protoc-gen-go@v1.36.12"],"out":"'$$dir'","opt":["paths=source_relative"]},{"local":["go","run","connectrpc.com/connect/cmd/protoc-gen-connect-go@v1.21.1"],"out":"'$$dir'","opt":["paths=source_relative"]}]}' || exit 1; \
	done
