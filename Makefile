# The commands of this project. Everything needs only Go, make and git; the first build of the lab
# compiles Kubernetes and takes some minutes, later ones come from Go's build cache.

VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo v0.0.0-dev)
LDFLAGS = -s -w -X github.com/kubectl-app/kubectl-app/internal/cli.version=$(VERSION)
# The version of Kubernetes that the lab's components and kubectl report.
LAB_LDFLAGS = $(shell cat lab/ldflags)

# kustomize could load Go plugins. Nothing here does, and a program that could keeps all of its code and
# a table of every name in it: 15 MB on the disk, and 20 MB of memory in each run.
TAGS = -tags kustomize_disable_go_plugin_support

# The race detector needs a C compiler; without one Go says so by CGO_ENABLED=0.
RACE = $(if $(filter 1,$(shell go env CGO_ENABLED)),-race)

# The lab's packages that do not need a cluster. Those that start one run in two parts: the scripts, many at
# once, leave no other lab the time that it needs. What links Kubernetes' own components has no tests of its
# own: cmd and component.
LAB_UNITS = ./bench ./cli ./control ./kubeconfig ./kubelet/... ./leftovers ./network ./pki ./plan ./ports ./state ./supervisor ./trim ./workshop/...

LAB_TEST = KUBECTL_APP_LAB=$(CURDIR)/bin/kubectl-app-lab go test -count=1 -timeout 30m $(RACE)

GOLANGCI = go tool -modfile=$(CURDIR)/tools/go.mod golangci-lint

# The plugin is built as in a release (tools/dist): without C and without the paths of this machine.
PLUGIN = CGO_ENABLED=0 go build -trimpath $(TAGS)

# The version of a release; it begins with v.
RELEASE ?= v0.0.0
DIST = cd tools/dist && go run . -version $(RELEASE)

.PHONY: build plugin lab kubectl demo test unit acceptance lint bench cross dist krew krew-templates dist-test clean
.DEFAULT_GOAL := build

build: plugin lab kubectl ## all binaries, in bin/

plugin:
	$(PLUGIN) -ldflags '$(LDFLAGS)' -o bin/kubectl-app ./cmd/kubectl-app

lab:
	cd lab && go build -ldflags '$(LAB_LDFLAGS)' -o ../bin/kubectl-app-lab ./cmd/kubectl-app-lab

# kubectl itself, of the lab's version: the demo, the tests and the benchmarks run the plugin through it.
kubectl:
	cd lab && go build $(TAGS) -ldflags '$(LAB_LDFLAGS)' -o ../bin/kubectl k8s.io/kubernetes/cmd/kubectl

demo: build ## a healthy release, a broken one rolled back, and the history, on a lab of its own
	@lab/demo/run

test: build cross unit acceptance dist-test ## everything that must pass

unit:
	go test $(RACE) ./...
	cd lab && go test $(RACE) $(LAB_UNITS)

# Never from go test's cache: it does not know that the binaries in bin/ are what is tested.
# A busy machine may take longer than the ten minutes that go test allows by default.
# A script that fails is run once more, alone; one that passes then is named in the last lines.
acceptance: build ## what runs against a cluster
	@rm -f bin/flaky
	cd lab && $(LAB_TEST) ./cluster ./clustertest
	cd lab && KUBECTL_APP_FLAKY=$(CURDIR)/bin/flaky $(LAB_TEST) ./acceptance/...
	@! test -s bin/flaky || cat bin/flaky

cross: ## the plugin compiles for the other systems it is installed on
	GOOS=darwin GOARCH=arm64 $(PLUGIN) -o /dev/null ./cmd/kubectl-app
	GOOS=windows GOARCH=amd64 $(PLUGIN) -o /dev/null ./cmd/kubectl-app

dist: ## the archives of a release with checksums and SBOMs, in dist/; RELEASE=v1.2.3, DIST_FLAGS="-plugins app" chooses
	$(DIST) $(DIST_FLAGS) build

krew: ## dist/krew: an index for krew with the manifests of what is in dist/
	$(DIST) $(DIST_FLAGS) manifests

krew-templates: ## krew/: the manifests as templates, from plugins.yaml
	$(DIST) templates

# goreleaser and krew are built for it: some minutes at the first time.
dist-test: kubectl ## two builds of one commit are the same, and krew installs them
	cd tools/dist && go test -count=1 -timeout 40m ./...

lint:
	$(GOLANGCI) run --allow-parallel-runners ./...
	cd lab && $(GOLANGCI) run --allow-parallel-runners --config ../.golangci.yml ./...
	cd tools/dist && $(GOLANGCI) run --allow-parallel-runners --config ../../.golangci.yml ./...

bench: build ## side by side with kubectl's own code; BENCH="-quick -only startup,requests" chooses
	cd lab && go run ./bench $(BENCH)

clean:
	rm -rf bin dist
