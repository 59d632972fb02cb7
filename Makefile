# Two commands do all the set-up on a fresh machine: `make demo` and `make test`.
# The environment lies outside the clone, keyed by the lock's hash; .venv is a link to it.

SHELL := bash
PYTHON ?= python3.11
LOCK := requirements.lock
KEY := $(shell sha256sum $(LOCK) | cut -c1-16)
CACHE := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/kgpress
ENV := $(CACHE)/envs/$(KEY)
BIN := .venv/bin
BASE ?= origin/main

.PHONY: help install demo test lint format proto docs compose clean

help: ## Say what the targets do
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

install: $(ENV)/.complete ## Make the environment, or link the one that is there
	@ln -sfn "$(ENV)" .venv
	@tools/link-checkout .venv "$(CURDIR)"

$(ENV)/.complete: $(LOCK)
	@tools/make-environment "$(PYTHON)" "$(ENV)" $(LOCK)

demo: install ## The main job on real data: train two models, compress both, remember
	@PATH="$(CURDIR)/$(BIN):$$PATH" examples/demo

test: install ## All tests, on real Neo4j, Redis and ArcadeDB
	@tools/test-services
	@$(BIN)/python -m pytest $(ARGS)

lint: install ## ruff, mypy, import-linter, buf
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/buf lint proto
	@$(BIN)/buf breaking proto --against proto/released.binpb
	@tools/check-generated

format: install ## Format the code
	@$(BIN)/ruff check --fix-only -q . && $(BIN)/ruff format -q . && $(BIN)/buf format -w proto

proto: install ## Generate kgpress/v1 from proto/
	@$(BIN)/python -m grpc_tools.protoc -Iproto --python_out=. --pyi_out=. --grpc_python_out=. proto/kgpress/v1/*.proto

docs: install ## Generate the generated pages
	@tools/make-docs

compose: ## Validate docker-compose.yml against the Compose specification
	@tools/check-compose

clean: ## Remove what the targets left in the clone
	@rm -rf .venv build dist .mypy_cache .ruff_cache *.egg-info out
