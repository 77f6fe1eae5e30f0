PYTHON ?= python3
VENV := .venv
PORT ?= 4510

.PHONY: drill test cloud venv format lint unit end-to-end python rules

# A Region dies and recovers in a simulated cloud: no AWS account, no SDK.
drill:
	cargo run --package understudy-cli -- drill run region-loss

# Everything that CI runs.
test: venv format lint unit python end-to-end
	@echo "all checks passed"

# A local AWS to try things on by hand, until Ctrl-C.
cloud: venv
	cargo build --workspace
	mkdir -p target/cloud
	cargo run --quiet --package understudy-cli -- app show tests/fixtures/orders.toml --format items > target/cloud/orders.json
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
	$(VENV)/bin/ruff format --check tests/cloud

lint:
	cargo clippy --workspace --all-targets -- --deny warnings
	$(VENV)/bin/ruff check tests/cloud

unit:
	cargo test --workspace --exclude understudy-tests

python:
	PYTHONPATH=tests $(VENV)/bin/python -m unittest discover --start-directory tests/cloud --top-level-directory tests
	PYTHONPATH=tests/rules $(PYTHON) -m unittest discover --start-directory tests/rules

# Takes each rule of deciding away, one at a time, and sees that a named test fails: not part of `make test`.
rules:
	$(PYTHON) tests/rules/check.py

# Two clouds at a time: each is a Python process and up to a dozen functions.
end-to-end:
	cargo build --workspace
	cargo test --package understudy-tests -- --test-threads 2
