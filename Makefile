# Every target installs its missing dependencies: Debian packages through apt, Python peers into .venv.

.DEFAULT_GOAL := help
.PHONY: help run build test test-quick torture attack generate baseline format lint bench bench-rpc bench-rpc-all
.PHONY: bench-paced bench-ledger

LIBRARIES := libnghttp2-dev libprotobuf-c-dev libsqlite3-dev libssl-dev zlib1g-dev libcurl4-openssl-dev pkg-config
GENERATORS := protobuf-compiler protobuf-c-compiler libprotoc-dev

# Release builds have a separate folder, so that release and debug builds do not invalidate each other. Swift's libraries
# are linked in: an installed program needs no toolchain on its host.
RELEASE := --configuration release --scratch-path .build-release --static-swift-stdlib

PROGRAMS := creditsd creditsctl credits-stripe credits-simulator credits-story

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

run: ## Build, start creditsd, tell the story of phone credits, and keep serving until Ctrl-C
	@.ci/install $(LIBRARIES)
	@echo "==> building creditsd, creditsctl and the story (a few minutes the first time)"
	@swift build $(RELEASE) --product creditsd
	@swift build $(RELEASE) --product creditsctl
	@swift build $(RELEASE) --product credits-story
	@.build-release/release/credits-story

build: ## Build the programs in release mode, to be run without a Swift toolchain
	@.ci/install $(LIBRARIES)
	@for program in $(PROGRAMS); do swift build $(RELEASE) --product $$program || exit 1; done
	@.ci/self-contained $(addprefix .build-release/release/,$(PROGRAMS))

# Two tests at a time: most start servers and programs, and two cores are too few for the deadlines of many at once.
TWO_AT_A_TIME := --parallel --experimental-maximum-parallelization-width 2
# Suites that measure the memory of their own process, to which other tests would add.
MEMORY := UnixGRPCTests.ServerWireFloodTests UnixGRPCTests.AuthorizerTests UnixGRPCTests.ServerWireRequestTests \
	UnixGRPCTests.ServerPolicyTests LedgerEngineTests.ReplayedWalletsTests

test: ## Run all tests, with real gRPC peers
	@.ci/install $(LIBRARIES) $(GENERATORS) sqlite3
	@.ci/python-peers
	@echo "==> building and running the tests"
	swift test --no-parallel $(foreach suite,$(MEMORY),--filter '^$(suite)/')
	CREDITS_PEERS_PYTHON=$(CURDIR)/.venv/bin/python swift test $(TWO_AT_A_TIME) $(foreach suite,$(MEMORY),--skip '^$(suite)/')

# Targets that start daemons, tools or peers, or build a package.
WITH_PROCESSES := CreditsdTests InteropTests StripeProcessorTests PackageImportTests creditsctlTests
# Suites that try every place at which a disk or a file may fail.
SWEEPS := SQLiteStoreTests.DiskFaultTests SQLiteStoreTests.PowerCutTests SQLiteStoreTests.TamperingTests \
	SQLiteStoreTests.FileVerificationTests SQLiteStoreTests.DamagedPageTests SQLiteStoreTests.DamagedIndexTests

test-quick: ## Run the tests without processes, peers and sweeps of faults: about a minute
	@.ci/install $(LIBRARIES)
	swift test --no-parallel $(foreach suite,$(MEMORY),--filter '^$(suite)/')
	swift test $(TWO_AT_A_TIME) $(foreach target,$(WITH_PROCESSES),--skip '^$(target)\.') \
		$(foreach suite,$(SWEEPS) $(MEMORY),--skip '^$(suite)/')

# The tests include a short run of it.
torture: ## Make 100 000 recharges through all that breaks, and compare the processor's books with the ledger
	@.ci/install $(LIBRARIES)
	@for product in creditsd credits-simulator credits-torture; do swift build $(RELEASE) --product $$product || exit 1; done
	@.build-release/release/credits-torture --recharges 100000 --kills 500 --simulator-kills 50 --customers 256 \
		--account-exchanges 20 --clock-jumps 20 $(if $(SEED),--seed $(SEED))

attack: ## Attack a daemon as a user without any role, and compare what an honest caller notices of it (as root, 3 minutes)
	@.ci/install $(LIBRARIES)
	@for product in creditsd credits-attack; do swift build $(RELEASE) --product $$product || exit 1; done
	@.build-release/release/credits-attack

generate: ## Regenerate the C and Swift of proto/
	@.ci/install $(LIBRARIES) $(GENERATORS)
	.ci/generate

baseline: ## Make proto/ the contract that later changes must not break
	@.ci/contract --renew

format: ## Format the Swift sources
	swift format --in-place --parallel --recursive Package.swift Sources Tests $(wildcard Benchmarks)

lint: ## Check formatting, generated code, that proto/ breaks no caller, and that the seeded defects apply
	@.ci/install $(LIBRARIES) $(GENERATORS)
	@echo "==> checking formatting"
	@swift format lint --strict --parallel --recursive Package.swift Sources Tests $(wildcard Benchmarks)
	@echo "==> checking generated code"
	@.ci/generate --check
	@echo "==> checking that the contract breaks no caller"
	@.ci/contract
	@echo "==> checking that the seeded defects fit the sources"
	@Tests/EndToEnd/Mutants/run --check

bench: bench-rpc bench-ledger ## Measure

bench-rpc: ## Measure calls per second beside ttrpc-go and grpc-go
	@.ci/install $(LIBRARIES)
	@$(MAKE) --no-print-directory -C Benchmarks rpc

bench-rpc-all: ## The same beside gRPC C++ and grpc-swift-2 too (their builds take long)
	@.ci/install $(LIBRARIES)
	@$(MAKE) --no-print-directory -C Benchmarks rpc-all

bench-paced: ## Measure what a call costs at low rates, beside grpc-go (25 minutes)
	@.ci/install $(LIBRARIES)
	@$(MAKE) --no-print-directory -C Benchmarks paced

bench-ledger: ## Measure durable charges per second beside PostgreSQL, and ledgers that have grown
	@.ci/install $(LIBRARIES)
	@$(MAKE) --no-print-directory -C Benchmarks ledger
