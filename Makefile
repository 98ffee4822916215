# Everything a person types. `run` and `test` install what they need into .venv by themselves.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

# The packages that hold the rules; their branches are covered or `make test` fails.
PURE := */sluice/analysis/*,*/sluice/catalog/*,*/sluice/cost/*,*/sluice/experiments/*,*/sluice/governance/*,*/sluice/inference/*,*/sluice/rollouts/*,*/sluice/usecases/*,*/sluice/errors.py,*/sluice/clock.py

# What covers them. Tracing doubles the time of tests that run whole planes, and they are not there to reach each branch.
TRACED := tests/unit tests/functions

.PHONY: help setup run test fuzz check bench fmt assets synth diff bootstrap deploy destroy deploy-local audit sbom lock clean
.DEFAULT_GOAL := help

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: $(VENV)/run.done ## install what `make run` needs

run: $(VENV)/run.done ## serve the example models on http://127.0.0.1:8080
	@$(BIN)/sluice up --examples

# Tests start many interpreters; where bytecode may not be written, each compiles everything anew.
test: export PYTHONDONTWRITEBYTECODE :=
test: $(VENV)/dev.done ## every test that needs no account and no GPU
	@$(BIN)/python -m pytest -n 2 --dist loadgroup --cov --cov-report= $(TRACED)
	@$(BIN)/coverage report --include='$(PURE)' --fail-under=95 --skip-covered
	@$(BIN)/python -m pytest -n 2 --dist loadgroup $(TRACED:%=--ignore=%)

CLIENTS := build/clients
CLIENT_SETS := together kserve
# The warnings of others are not our errors.
IN_THEIRS := bin/python -m pytest -o filterwarnings= -p no:cacheprovider
.PHONY: test-clients
test-clients: export SLUICE_SERVER_PYTHON := $(BIN)/python
test-clients: $(VENV)/dev.done $(CLIENT_SETS:%=$(CLIENTS)/%/installed) ## unmodified clients of others, each against our server
	@$(CLIENTS)/together/$(IN_THEIRS) tests/clients
	@$(CLIENTS)/kserve/$(IN_THEIRS) tests/clients/test_clients_kserve.py tests/clients/test_clients_own_elsewhere.py

$(CLIENTS)/%/installed: requirements/clients-%.txt $(VENV)/setup.done
	@$(BIN)/uv venv --quiet --clear --python $(BIN)/python $(CLIENTS)/$*
	@$(BIN)/uv pip install --quiet --python $(CLIENTS)/$*/bin/python --require-hashes -r $<
	@touch $@

fuzz: $(VENV)/dev.done ## a million damaged binary bodies against the codec; BODIES=N for more or fewer
	@SLUICE_FUZZ_BODIES=$(or $(BODIES),1000000) $(BIN)/python -m pytest -q -p no:randomly tests/unit/inference/test_binary_fuzz.py

check: $(VENV)/dev.done ## format, lint, types, import contracts
	@$(BIN)/ruff format --check . && $(BIN)/ruff check . && $(BIN)/mypy && $(BIN)/lint-imports

# BENCH=--markdown writes the tables into docs/benchmarks.md as well.
BENCH ?=
# As for tests: cold starts would compile what was edited.
bench: export PYTHONDONTWRITEBYTECODE :=
bench: $(VENV)/dev.done ## every figure beside its goal, printed as tables; peers as far as they are installed
	@$(BIN)/python -m benchmarks $(BENCH)

PEERS := build/bench-peers
PEER_NAMES := decision fastapi kserve mlserver litserve bentoml
.PHONY: bench-peers
bench-peers: $(PEER_NAMES:%=$(PEERS)/%/installed) ## install what `make bench` times beside ours, each in an environment of its own

$(PEERS)/%/installed: requirements/bench-%.txt $(VENV)/setup.done
	@$(BIN)/uv venv --quiet --clear --python $(BIN)/python $(@D)
	@$(BIN)/uv pip install --quiet --python $(@D)/bin/python --require-hashes -r $<
	@touch $@

fmt: $(VENV)/dev.done ## format and mend what can be mended
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

# pip brings the installer and the build backend; the installer brings the rest. All by hash.
$(VENV)/setup.done: requirements/setup.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Sluice needs Python 3.11 or newer; set PYTHON=..."; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/setup.txt
	@touch $@

$(VENV)/run.done: $(VENV)/setup.done requirements/run.txt pyproject.toml
	@$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r requirements/run.txt
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --offline -e .
	@touch $@

$(VENV)/dev.done: $(VENV)/run.done requirements/dev.txt
	@$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r requirements/dev.txt
	@touch $@

# What `make assets`, `synth`, `deploy` and the rest work on; the architecture is the environment's own.
ENV ?= dev
ARCH ?= $(shell $(BIN)/python -m infra.environments $(ENV))
# The CDK would report how it is used.
export CDK_DISABLE_CLI_TELEMETRY := true
CDK := infra/node_modules/.bin/cdk
CONTEXT ?=

assets: $(VENV)/setup.done ## build layers and function code into build/ for ARCH=arm64|x86_64, and print their sizes
	@$(BIN)/python -m infra.assets --arch $(ARCH)

synth: cdk assets ## check by all rules what ENV=dev|staging|prod would create, and write its templates into cdk.out/
	@rm -rf cdk.out
	@$(CDK) synth --quiet -c env=$(ENV) $(CONTEXT) && ls cdk.out/*.template.json

diff: cdk assets ## show what a deployment of ENV would change
	@$(CDK) diff -c env=$(ENV) $(CONTEXT)

bootstrap: cdk assets ## once per account and region: make what deployments of ENV need
	@$(CDK) bootstrap -c env=$(ENV) $(CONTEXT)

deploy: cdk assets ## deploy ENV to the account and region of your AWS credentials; CONTEXT="-c allow-shift=true"
	@$(CDK) deploy --all -c env=$(ENV) $(CONTEXT)

destroy: cdk assets ## take ENV down; protected data stays
	@$(CDK) destroy --all -c env=$(ENV) $(CONTEXT)

deploy-local: cdk $(VENV)/dev.done ## deploy ENV into an AWS emulator on this machine, use it, change it, take it down
	@$(MAKE) --no-print-directory assets ARCH=$$(uname -m | sed s/aarch64/arm64/)
	@$(BIN)/python -m infra.emulator --env $(ENV)

# The CDK is the one thing here that needs Node.
.PHONY: cdk
cdk: $(VENV)/infra.done
	@command -v node >/dev/null && command -v npm >/dev/null || { echo "the CDK needs Node.js 20 or newer, with npm: install it, then run this again"; exit 1; }
	@test infra/node_modules/.package-lock.json -nt infra/package-lock.json || npm ci --prefix infra --silent --no-audit --no-fund

$(VENV)/infra.done: $(VENV)/setup.done requirements/infra.txt
	@$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r requirements/infra.txt
	@touch $@

audit: $(VENV)/dev.done ## ask for known vulnerabilities of everything that is locked
	@$(BIN)/python -m infra.supply_chain audit

sbom: $(VENV)/dev.done ## write bills of materials (CycloneDX) into build/sbom/
	@$(BIN)/python -m infra.supply_chain sbom

LOCK := $(BIN)/uv pip compile --quiet --generate-hashes --no-annotate --no-header
COMPILE := $(LOCK) --universal --python-version 3.11
# Layers hold what the tests run with, as far as the function's interpreter allows.
LAYER := $(LOCK) --python-version 3.13 --python-platform aarch64-manylinux_2_28 -c requirements/run.txt
lock: $(VENV)/setup.done ## resolve requirements/*.txt and layers/*/requirements.txt anew
	@$(COMPILE) requirements/setup.in -o requirements/setup.txt
	@$(COMPILE) pyproject.toml --extra local -o requirements/run.txt
	@$(COMPILE) pyproject.toml --extra infra -c requirements/run.txt -o requirements/infra.txt
	@$(COMPILE) pyproject.toml --extra local --extra dev -c requirements/infra.txt -c requirements/run.txt -o requirements/dev.txt
	@$(LOCK) --universal --python-version 3.13 requirements/emulator.in -o requirements/emulator.txt
	@$(foreach peer,$(PEER_NAMES),$(COMPILE) requirements/bench-$(peer).in -o requirements/bench-$(peer).txt &&) true
	@$(foreach set,$(CLIENT_SETS),$(COMPILE) requirements/clients-$(set).in -o requirements/clients-$(set).txt &&) true
	@$(COMPILE) pyproject.toml --extra examples -c requirements/dev.txt -o requirements/examples.txt
	@$(LAYER) layers/onnx/requirements.in --excludes layers/onnx/excluded.in -o layers/onnx/requirements.txt
	@$(LAYER) layers/runtime/requirements.in -o layers/runtime/requirements.txt

clean: ## remove everything that was built
	rm -rf build cdk.out infra/node_modules $(VENV) .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis .coverage*
