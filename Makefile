# `make demo` and `make test` are the two commands to know. Each target installs what it needs, inside this folder.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

TARGET_DIR := $(or $(CARGO_TARGET_DIR),target)
LAMBDA_DIR := target/lambda
TRIGGERS := define-auth-challenge create-auth-challenge verify-auth-challenge

VENV := .venv/.installed
NODE_MODULES := cdk/node_modules/.package-lock.json
CARGO_DENY_VERSION := 0.20.2
CARGO_DENY := .tools/cargo-deny-$(CARGO_DENY_VERSION)/bin/cargo-deny

# Empty builds for this machine, for the demo and the tests; `arm64` or `x86_64` builds for Lambda.
ARCH ?=

.PHONY: help
help: ## Show this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

.PHONY: demo
demo: build tools ## Sign in with a Salesforce token on local AWS; KEEP=1 leaves the stack up
	@cargo build --quiet --package integration-tests --bins
	@cargo run --quiet --package integration-tests --bin demo -- $(if $(filter-out 0,$(KEEP)),keep)

.PHONY: demo-stop
demo-stop: prerequisites ## Stop what `make demo KEEP=1` left up
	@cargo run --quiet --package integration-tests --bin demo -- stop

.PHONY: test
test: build tools ## Run every test: unit, adapters, release binaries, local AWS, CDK
	cargo test --workspace --all-targets
	cargo test --workspace --doc
	cd cdk && npm test

.PHONY: timing
timing: build tools ## Compare the times of three kinds of denial, for docs/security.md
	@cargo run --quiet --package integration-tests --bin timing

.PHONY: soak
soak: build tools ## Sign in 20,000 times, good and bad mixed; MODE=id_token for that audience mode
	@cargo run --quiet --package integration-tests --bin soak -- $(or $(SIGN_INS),20000) $(MODE)

.PHONY: lint
lint: tools $(CARGO_DENY) build ## Check formatting, lints, licences, dependency rules and synthesis
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- --deny warnings
	RUSTDOCFLAGS='--deny warnings' cargo doc --workspace --no-deps --locked --quiet
	tests/scripts/check-dependencies.sh $(CARGO_DENY)
	.venv/bin/taplo fmt --check
	.venv/bin/typos
	.venv/bin/shellcheck tests/scripts/*.sh .ci/run
	.venv/bin/zizmor --offline --quiet .github
	cd cdk && npm run lint
	tests/scripts/check-template.sh

.PHONY: build
build: prerequisites ## Build the release binaries into target/lambda; ARCH=arm64 or x86_64 for deployment
ifeq ($(ARCH),)
# Built apart from each other: a common build unifies features and makes the small binaries larger.
	cargo build --release --locked --package define-auth-challenge --package create-auth-challenge
	cargo build --release --locked --package verify-auth-challenge
	@for trigger in $(TRIGGERS); do install -D -C -m 755 $(TARGET_DIR)/release/$$trigger $(LAMBDA_DIR)/$$trigger/bootstrap; done
else
	@$(MAKE) --no-print-directory $(VENV)
	@rustup target add $(if $(filter arm64,$(ARCH)),aarch64,x86_64)-unknown-linux-gnu
	@for trigger in $(TRIGGERS); do \
	  PATH="$(CURDIR)/.venv/bin:$$PATH" cargo lambda build --release --locked --package $$trigger $(if $(filter arm64,$(ARCH)),--arm64,--x86-64); \
	done
endif

.PHONY: tools
tools: $(VENV) $(NODE_MODULES)

.PHONY: prerequisites
prerequisites:
	@tests/scripts/check-prerequisites.sh

$(VENV): tests/requirements.txt | prerequisites
	python3 -m venv .venv
	.venv/bin/pip install --quiet --disable-pip-version-check --requirement tests/requirements.txt
	@touch $@

$(NODE_MODULES): cdk/package.json cdk/package-lock.json | prerequisites
	cd cdk && npm ci --no-audit --no-fund
	@touch $@

# The package on PyPI is too old to read the advisory format; this one is built once.
$(CARGO_DENY): | prerequisites
	cargo install --quiet --locked --root .tools/cargo-deny-$(CARGO_DENY_VERSION) cargo-deny@$(CARGO_DENY_VERSION)
