# The commands of this project. Everything needs only Go, make and git; the first build of the lab
# compiles Kubernetes and takes some minutes, later ones come from Go's build cache.

VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo v0.0.0-dev)
KUBERNETES = v1.37.2

LDFLAGS     = -s -w -X github.com/kubectl-app/kubectl-app/internal/cli.version=$(VERSION)
LAB_VERSION = k8s.io/component-base/version
LAB_LDFLAGS = -s -w -X $(LAB_VERSION).gitVersion=$(KUBERNETES) -X $(LAB_VERSION).gitMajor=1 -X $(LAB_VERSION).gitMinor=37

# The race detector needs a C compiler; without one Go says so by CGO_ENABLED=0.
RACE = $(if $(filter 1,$(shell go env CGO_ENABLED)),-race)

GOLANGCI = go tool -modfile=$(CURDIR)/tools/go.mod golangci-lint

.PHONY: build plugin lab kubectl demo test unit acceptance lint bench cross clean
.DEFAULT_GOAL := build

build: plugin lab kubectl ## all binaries, in bin/

plugin:
	go build -ldflags '$(LDFLAGS)' -o bin/kubectl-app ./cmd/kubectl-app

lab:
	cd lab && go build -ldflags '$(LAB_LDFLAGS)' -o ../bin/kubectl-app-lab ./cmd/kubectl-app-lab

# kubectl itself, of the lab's version: the demo, the tests and the benchmarks run the plugin through it.
kubectl:
	cd lab && go build -ldflags '$(LAB_LDFLAGS)' -o ../bin/kubectl k8s.io/kubernetes/cmd/kubectl

demo: build ## a healthy release, a broken one rolled back, and the history, on a lab of its own
	@lab/demo/run

test: build cross unit acceptance ## everything that must pass

unit:
	go test $(RACE) ./...
	cd lab && go test $(RACE) ./kubelet/...

acceptance: build
	cd lab && go test ./...

cross: ## the plugin compiles for the other systems it is installed on
	GOOS=darwin GOARCH=arm64 CGO_ENABLED=0 go build -o /dev/null ./cmd/kubectl-app
	GOOS=windows GOARCH=amd64 CGO_ENABLED=0 go build -o /dev/null ./cmd/kubectl-app

lint:
	$(GOLANGCI) run ./...
	cd lab && $(GOLANGCI) run --config ../.golangci.yml ./...

bench: build ## side by side with kubectl's own code
	cd lab && go run ./bench

clean:
	rm -rf bin
