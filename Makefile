PYTHON ?= python3
VENV := .venv
CHECKOV := .venv/checkov
PORT ?= 4510
ARCH ?= arm64
SEEDS ?= 20000
# One selection of packages and features: with another one the SDKs would be built again.
ALL := --workspace --features understudy-cli/aws
PLANTED := target/planted/release/understudy-planted

.PHONY: drill test cloud venv format lint infra unit end-to-end ground python rules simulate planted-bugs mutants gate-load probe-load package package-again

# A Region dies and recovers in a simulated cloud: no AWS account, no SDK.
drill:
	cargo run --package understudy-cli -- drill run region-loss

# Everything that CI runs.
test: venv format lint infra unit simulate python end-to-end ground
	@echo "all checks passed"

# A local AWS to try things on by hand, until Ctrl-C.
cloud: venv
	cargo build $(ALL)
	mkdir -p target/cloud
	target/debug/understudy app show tests/fixtures/orders.toml --format items > target/cloud/orders.json
	PYTHONPATH=tests $(VENV)/bin/python -m cloud --port $(PORT) --functions target/debug \
		--application target/cloud/orders.json --promote-seconds 30 --tick-seconds 10 --guide

venv: $(VENV)/installed

$(VENV)/installed: tests/cloud/requirements.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed: set PYTHON")'
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/pip install --quiet --requirement tests/cloud/requirements.txt
	touch $@

format:
	cargo fmt --all --check
	$(VENV)/bin/ruff format --check --config tests/cloud/ruff.toml tests/cloud tests/ground tests/policies infra

lint:
	cargo clippy $(ALL) --all-targets -- --deny warnings
	cargo clippy --package understudy-cli --all-targets -- --deny warnings
	$(VENV)/bin/ruff check --config tests/cloud/ruff.toml tests/cloud tests/ground tests/policies infra

# The Terraform modules: format, types, tests with mocked providers, and checkov. Asks no account.
infra: $(CHECKOV)/installed
	PATH="$(CURDIR)/$(CHECKOV)/bin:$$PATH" $(PYTHON) infra/check.py

# Its pins and those of the local AWS contradict each other.
$(CHECKOV)/installed: infra/checkov.txt
	$(PYTHON) -m venv $(CHECKOV)
	$(CHECKOV)/bin/pip install --quiet --requirement infra/checkov.txt
	touch $@

unit:
	cargo test $(ALL) --exclude understudy-tests
	cargo test --package understudy-cli --test app without_the_sdk

python:
	PYTHONPATH=tests $(VENV)/bin/python -m unittest discover --start-directory tests/cloud --top-level-directory tests
	PYTHONPATH=tests $(VENV)/bin/python -m unittest discover --start-directory tests/policies --top-level-directory tests
	PYTHONPATH=tests/rules $(PYTHON) -m unittest discover --start-directory tests/rules
	PYTHONPATH=infra $(PYTHON) -m unittest discover --start-directory infra

# Seeds of the simulator, the same bytes from two builds and twice from one, and every planted bug caught.
simulate: $(PLANTED)
	cargo build --package understudy-cli
	cargo build --profile simulate --package understudy-cli
	target/simulate/understudy sim run --seeds $(SEEDS) --keep target/failed-seeds.txt
	target/debug/understudy sim run --seeds 100 --trace > target/seeds-debug.txt
	target/simulate/understudy sim run --seeds 100 --trace > target/seeds-release.txt
	target/simulate/understudy sim run --seeds 100 --trace > target/seeds-again.txt
	cmp target/seeds-debug.txt target/seeds-release.txt
	cmp target/seeds-release.txt target/seeds-again.txt
	$(PLANTED) --check docs/reference/planted-bugs.md

# Writes the table of planted bugs anew.
planted-bugs: $(PLANTED)
	$(PLANTED) --write docs/reference/planted-bugs.md

.PHONY: $(PLANTED)
$(PLANTED):
	cargo build --release --locked --manifest-path tests/planted/Cargo.toml --target-dir target/planted

# Changes the deciding modules of the engine in one place at a time: needs cargo-mutants and cargo-nextest, takes hours.
mutants:
	CARGO_PROFILE_DEV_DEBUG=0 cargo mutants --package understudy-engine --jobs 2 --timeout 60 --output target --test-tool nextest \
		-f 'shared/engine/src/{tally,assessment,suspicion,candidate,breaker,fence,lever,vote,state,effect,phase,step,order,time}.rs' \
		-f 'shared/engine/src/{effect,phase,step}/*.rs' -- --lib --test it -E 'not test(/^properties::/)'

# Takes each rule of deciding away, one at a time, and sees that a named test fails: not part of `make test`.
rules:
	$(PYTHON) tests/rules/check.py

# The gate under 200 requests a second for a minute, its table away in the middle: by hand.
gate-load: venv
	cargo build $(ALL)
	cargo test $(ALL) --test end-to-end gate_load -- --ignored --nocapture

# A thousand targets in one round of a probe, on loopback: prints seconds and the process's peak memory. By hand.
probe-load:
	ulimit -n 4096 && cargo test --package understudy-prober load -- --ignored --nocapture

# Two clouds at a time: each is a Python process and up to a dozen functions. ONLY=crash runs what has crash in its name.
end-to-end: venv
	cargo build $(ALL)
	cargo test $(ALL) --test end-to-end -- --test-threads 2 $(ONLY)

# All modules applied to the local cloud, a failover by nothing but what was applied, and all of it destroyed.
ground: venv
	cargo build $(ALL)
	PYTHONPATH=tests $(VENV)/bin/python -m unittest discover --start-directory tests/ground --top-level-directory tests

# What Lambda loads, zipped: the same source gives the same bytes. A quarter of an hour on two cores.
package: $(VENV)/packaging
	PATH="$(CURDIR)/$(VENV)/bin:$$PATH" $(PYTHON) infra/package.py --architecture $(ARCH)

# The same twice, the second time from nothing, and every byte compared.
package-again: $(VENV)/packaging
	PATH="$(CURDIR)/$(VENV)/bin:$$PATH" $(PYTHON) infra/package.py --architecture $(ARCH) --again

$(VENV)/packaging: $(VENV)/installed infra/requirements.txt
	$(VENV)/bin/pip install --quiet --requirement infra/requirements.txt
	touch $@
