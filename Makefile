# `make demo` and `make test` are the two commands to know. Each target installs what it needs, inside this folder.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

TARGET_DIR := $(or $(CARGO_TARGET_DIR),target)
# Binaries for deployment, and those for this machine, which the demo and the tests run. Apart from each other, so that
# no test overwrites what is going to be deployed.
LAMBDA_DIR := target/lambda
LOCAL_DIR := target/local
# Optimised less and compiled in parts, so that a change is built in seconds: for `make test-one` alone.
QUICK_DIR := target/quick-local
# Synthesis finds it at the end of a binary, and refuses to deploy it: cdk/lib/lambda-binary.ts.
LOCAL_MARK := built for this machine alone
TRIGGERS := $(notdir $(wildcard triggers/*))
# Linked statically against musl, a trigger is ready in half the time: docs/performance.md. The others speak TLS, whose
# C and assembly would need a C compiler for musl.
STATIC := $(filter-out pre-sign-up verify-auth-challenge,$(TRIGGERS))
MUSL = $(shell rustc -vV | sed -n 's/^host: \(.*\)gnu$$/\1musl/p')
CPU = $(if $(filter arm64,$(ARCH)),aarch64,x86_64)

VENV := .venv/.installed
MATPLOTLIB := .venv/.installed-bench
BENCH_NODE := bench/node/dist/verify-auth-challenge.mjs
NODE_MODULES := node_modules/.package-lock.json
CARGO_DENY_VERSION := 0.20.2
CARGO_DENY := .tools/cargo-deny-$(CARGO_DENY_VERSION)/bin/cargo-deny

CARGO_CYCLONEDX_VERSION := 0.5.9
CARGO_CYCLONEDX := .tools/cargo-cyclonedx-$(CARGO_CYCLONEDX_VERSION)/bin/cargo-cyclonedx

CARGO_FUZZ_VERSION := 0.13.1
CARGO_FUZZ := .tools/cargo-fuzz-$(CARGO_FUZZ_VERSION)/bin/cargo-fuzz
CARGO_MUTANTS_VERSION := 27.1.0
CARGO_MUTANTS := .tools/cargo-mutants-$(CARGO_MUTANTS_VERSION)/bin/cargo-mutants

# For `make fuzz` alone: coverage instrumentation needs a nightly compiler. `nightly-2026-05-20` names a certain one.
FUZZ_TOOLCHAIN ?= nightly
FUZZ_SECONDS ?= 60
FUZZ_TARGETS := $(basename $(notdir $(wildcard fuzz/fuzz_targets/*.rs)))

# The last step of a release build uses one core: another one compiles the tests meanwhile.
SIDE_BY_SIDE := --no-print-directory --jobs 2

# Empty builds for this machine, for the demo and the tests; `arm64` or `x86_64` builds for Lambda.
ARCH ?=

# Without the variable, the SDK prints which Node.js its versions of next year need.
attach detach link-users: export AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = true
POOL_ARGUMENTS = --pool '$(POOL)' --stack '$(STACK)' $(if $(filter-out 0,$(DRY_RUN)),--dry-run)

.PHONY: help
help: ## Show this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

.PHONY: demo
demo: prerequisites ## Sign in with a Salesforce token on local AWS; KEEP=1 leaves the stack up
	@$(MAKE) $(SIDE_BY_SIDE) build tools demo-programs TRIGGERS='define-auth-challenge create-auth-challenge verify-auth-challenge'
	@cargo run --quiet --package integration-tests --bin demo -- $(if $(filter-out 0,$(KEEP)),keep)

.PHONY: demo-programs
demo-programs: prerequisites
	@cargo build --quiet --package integration-tests --bins

.PHONY: demo-stop
demo-stop: prerequisites ## Stop what `make demo KEEP=1` left up
	@cargo run --quiet --package integration-tests --bin demo -- stop

.PHONY: attach
attach: $(NODE_MODULES) ## Set the deployed triggers on POOL; STACK=..., DRY_RUN=1 shows the difference alone
	@node --import tsx tools/attach/main.ts attach $(POOL_ARGUMENTS)

.PHONY: detach
detach: $(NODE_MODULES) ## Take our triggers off POOL; STACK=..., DRY_RUN=1 as above
	@node --import tsx tools/attach/main.ts detach $(POOL_ARGUMENTS)

.PHONY: test
test: prerequisites ## Run every test: unit, adapters, release binaries, local AWS, CDK, operator tools
	@$(MAKE) $(SIDE_BY_SIDE) build tools test-programs
	@$(MAKE) --no-print-directory judge-profiles
	cargo test --workspace --all-targets
	cargo test --workspace --doc
	npm test

.PHONY: test-programs
test-programs: prerequisites
	cargo test --quiet --workspace --all-targets --no-run

# One theme after a change, for example `make test-one T=denials`. T is a file or a folder of tests/tests; ONLY is a part of
# the names of its tests. The binaries are other ones than those of `make test`, which are slower to build.
.PHONY: test-one
test-one: ## Build what changed in seconds, and run the theme T of tests/tests; ONLY=name for some of its tests
	@test -n '$(T)' || { echo 'test-one: T must name a theme: $(notdir $(basename $(wildcard tests/tests/*)))' >&2; exit 2; }
	@cargo build --quiet --locked --profile quick $(addprefix --package ,$(TRIGGERS))
	@for trigger in $(TRIGGERS); do \
	  install -D -m 755 $(TARGET_DIR)/quick/$$trigger $(QUICK_DIR)/$$trigger/bootstrap; \
	done
	TRIGGERS_DIR=$(QUICK_DIR) cargo test --quiet --package integration-tests --test $(T) -- $(ONLY)

.PHONY: timing
timing: build tools ## Compare the times of three kinds of denial, for docs/security.md
	@cargo run --quiet --package integration-tests --bin timing

.PHONY: soak
soak: build tools ## Sign in 20,000 times, good and bad mixed; MODE=id_token for that audience mode
	@cargo run --quiet --package integration-tests --bin soak -- $(or $(SIGN_INS),20000) $(MODE)

.PHONY: fuzz
fuzz: $(CARGO_FUZZ) ## Fuzz each target for FUZZ_SECONDS (60), from the seeds and what earlier runs found
	@rustup run $(FUZZ_TOOLCHAIN) rustc --version || rustup toolchain install $(FUZZ_TOOLCHAIN) --profile minimal
	@export PATH="$(CURDIR)/$(dir $(CARGO_FUZZ)):$$PATH"; \
	cargo +$(FUZZ_TOOLCHAIN) fuzz build --sanitizer none; \
	for target in $(FUZZ_TARGETS); do \
	  mkdir -p fuzz/corpus/$$target; \
	  cargo +$(FUZZ_TOOLCHAIN) fuzz run --sanitizer none $$target fuzz/corpus/$$target fuzz/seeds/$$target -- \
	    -max_total_time=$(FUZZ_SECONDS) -rss_limit_mb=2048 -dict=fuzz/json.dict -print_final_stats=1; \
	done

.PHONY: mutants
mutants: $(CARGO_MUTANTS) ## Change what decides in every small way and see a unit test fail for it; takes an hour
	PATH="$(CURDIR)/$(dir $(CARGO_MUTANTS)):$$PATH" cargo mutants --output target

.PHONY: sbom
sbom: $(CARGO_CYCLONEDX) ## List what is in each trigger and in the CDK app, as CycloneDX, in target/sbom
	tests/scripts/make-sbom.sh $(CARGO_CYCLONEDX) $(STATIC)
	tests/scripts/check-sbom.py

.PHONY: reproducible
reproducible: prerequisites ## Build the binaries twice from nothing and compare them; ARCH as for build
	tests/scripts/check-reproducible.sh $(ARCH)

.PHONY: rules
rules: prerequisites ## Switch each rule that denies off in turn, and see a unit test fail for it
	tests/scripts/check-rules.py

.PHONY: faults
faults: build ## Rewrite docs/faults.md from the fault matrix
	UPDATE_DOCS=1 cargo test --package integration-tests --test faults alone_and_together

.PHONY: link-users
link-users: $(NODE_MODULES) judge-profiles ## Report who of POOL can sign in, and link SAML users with APPLY=1; docs/saml.md
	@node --import tsx tools/link-users/main.ts

# The rules of link-users, which are those of Pre Sign-up.
.PHONY: judge-profiles
judge-profiles: prerequisites
	@cargo build --quiet --release --locked --package judge-profiles
	@install -D -m 755 $(TARGET_DIR)/release/judge-profiles $(LOCAL_DIR)/judge-profiles

.PHONY: bench
bench: build tools $(MATPLOTLIB) $(BENCH_NODE) ## Measure the triggers beside a floor and Node.js, for docs/performance.md
	cargo build --release --locked --package no-op
	cargo build --release --locked --package no-op --target $(MUSL)
	cargo build --release --locked --package two-calls
	@cargo run --quiet --profile measure --package bench -- $(if $(QUICK),quick)

.PHONY: bench-profiles
bench-profiles: tools ## Compare ways to compile Define and Verify, for docs/performance.md; builds them four times
	@rustup --quiet target add $(MUSL)
	@cargo run --quiet --profile measure --package bench -- profiles

.PHONY: bench-accept
bench-accept: build ## Make the present size and instruction counts the ones that `make lint` compares with
	@cargo run --quiet --package bench -- accept

.PHONY: lint
lint: prerequisites ## Check formatting, lints, licences, dependency rules and synthesis
	@$(MAKE) $(SIDE_BY_SIDE) build tools $(CARGO_DENY)
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- --deny warnings
	RUSTDOCFLAGS='--deny warnings' cargo doc --workspace --no-deps --locked --quiet
	tests/scripts/check-dependencies.sh $(CARGO_DENY)
	tests/scripts/check-packages.mjs
	.venv/bin/taplo fmt --check
	.venv/bin/typos
	.venv/bin/shellcheck tests/scripts/*.sh .ci/run
	.venv/bin/zizmor --offline --quiet .github
	npm run lint
	cd fuzz && RUSTFLAGS='--cfg fuzzing' cargo check --quiet --locked --target-dir ../target/fuzz
	tests/scripts/check-template.sh
	cargo run --quiet --package bench -- check

# Panic messages name source files. Where this machine keeps those must not matter, or two builds of one commit differ.
# For these targets alone: nothing else needs it.
build judge-profiles: export CARGO_ENCODED_RUSTFLAGS = $(shell printf -- '--remap-path-prefix=%s\037--remap-path-prefix=%s' \
  '$(CURDIR)=/project' '$(or $(CARGO_HOME),$(HOME)/.cargo)=/cargo')

.PHONY: build
build: prerequisites ## Build the release binaries for this machine; ARCH=arm64 or x86_64 for deployment, in target/lambda
ifeq ($(ARCH),)
# Built apart from each other: a common build unifies features and makes the small binaries larger.
	@static="--target $(MUSL)"; rustup --quiet target add $(MUSL) || { static=; \
	  echo 'without $(MUSL), the small triggers are linked dynamically: they work, and start more slowly' >&2; }; \
	for trigger in $(TRIGGERS); do \
	  target=; case ' $(STATIC) ' in *" $$trigger "*) target=$$static ;; esac; \
	  cargo build --release --locked --package $$trigger $$target; \
	  { cat $(TARGET_DIR)/$${target#--target }/release/$$trigger; printf '$(LOCAL_MARK)'; } >$(TARGET_DIR)/marked; \
	  install -D -m 755 $(TARGET_DIR)/marked $(LOCAL_DIR)/$$trigger/bootstrap; \
	done
else
	@$(MAKE) --no-print-directory $(VENV)
	@rustup --quiet target add $(CPU)-unknown-linux-gnu $(CPU)-unknown-linux-musl
	@for trigger in $(TRIGGERS); do case ' $(STATIC) ' in \
	  *" $$trigger "*) \
	    cargo build --release --locked --package $$trigger --target $(CPU)-unknown-linux-musl; \
	    install -D -C -m 755 $(TARGET_DIR)/$(CPU)-unknown-linux-musl/release/$$trigger $(LAMBDA_DIR)/$$trigger/bootstrap ;; \
	  *) PATH="$(CURDIR)/.venv/bin:$$PATH" cargo lambda build --release --locked --package $$trigger \
	    --target $(CPU)-unknown-linux-gnu ;; \
	esac; done
endif

.PHONY: tools
tools: $(VENV) $(NODE_MODULES)

.PHONY: prerequisites
prerequisites:
	@tests/scripts/check-prerequisites.sh $(if $(filter bench bench-profiles bench-accept lint,$(MAKECMDGOALS)),valgrind)

$(VENV): tests/requirements.txt | prerequisites
	python3 -m venv .venv
	.venv/bin/pip install --quiet --disable-pip-version-check --requirement tests/requirements.txt
	@touch $@

$(NODE_MODULES): package.json package-lock.json cdk/package.json tools/package.json | prerequisites
	npm ci --no-audit --no-fund --ignore-scripts
	@touch $@

$(MATPLOTLIB): bench/requirements.txt $(VENV)
	.venv/bin/pip install --quiet --disable-pip-version-check --requirement bench/requirements.txt
	@touch $@

$(BENCH_NODE): $(wildcard bench/node/src/*.mjs) bench/node/package.json bench/node/package-lock.json | prerequisites
	cd bench/node && npm ci --ignore-scripts --no-audit --no-fund && npm run --silent build
	@touch $@

# The package on PyPI is too old to read the advisory format; this one is built once. Without optimization, that takes half
# the time, and the checks take as long.
$(CARGO_DENY): | prerequisites
	cargo install --quiet --locked --debug --root .tools/cargo-deny-$(CARGO_DENY_VERSION) cargo-deny@$(CARGO_DENY_VERSION)

$(CARGO_CYCLONEDX): | prerequisites
	cargo install --quiet --locked --root .tools/cargo-cyclonedx-$(CARGO_CYCLONEDX_VERSION) \
	  cargo-cyclonedx@$(CARGO_CYCLONEDX_VERSION)

$(CARGO_FUZZ): | prerequisites
	cargo install --quiet --locked --root .tools/cargo-fuzz-$(CARGO_FUZZ_VERSION) cargo-fuzz@$(CARGO_FUZZ_VERSION)

$(CARGO_MUTANTS): | prerequisites
	cargo install --quiet --locked --root .tools/cargo-mutants-$(CARGO_MUTANTS_VERSION) cargo-mutants@$(CARGO_MUTANTS_VERSION)
