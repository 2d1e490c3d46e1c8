# SPDX-License-Identifier: AGPL-3.0-or-later
# `make demo` and `make test` are all a newcomer needs: each does the set-up that is missing. The work is in tools/.
SETUP := $(or $(LUMIVERB_PYTHON),python3) tools/setup.py
BIN := .venv/bin
SCENE ?=
VOICE ?=
ARGS ?=
.DEFAULT_GOAL := help
.PHONY: help setup build plugins demo test test-native test-realtime test-python test-sanitizers bench install format lint clean

help:
	@echo "make demo      a picture and a recorded voice -> the voice in that room (SCENE=photo.jpg VOICE=take.wav: your own)"
	@echo "make test      all tests"
	@echo "make plugins   VST3, LV2 and standalone in build/plugins"
	@echo "make install   the plug-ins into your own plug-in folders"
	@echo "make bench     the speed table, and bench.json"
	@echo "make build     only the Python package: .venv/bin/lumiverb"
	@echo "make setup     fetch everything without building (later steps then need no network)"
	@echo "make format, make lint, make clean (make clean leaves .venv and .deps)"
	@echo "make test-native, make test-python ARGS='-k match', make test-realtime, make test-sanitizers"

setup:
	@tools/system-packages.sh build plugins test
	@$(SETUP) dev sources voice

build:
	@tools/system-packages.sh build
	@$(SETUP) native

plugins:
	@tools/system-packages.sh build plugins
	@$(SETUP) native plugins

demo:
	@tools/system-packages.sh build plugins
	@$(SETUP) $(if $(VOICE),,voice) native plugins
	@$(BIN)/lumiverb demo --plugin yes --scene "$(SCENE)" --voice "$(VOICE)"

test: test-native test-realtime test-python

test-native:
	@tools/system-packages.sh build test
	@$(SETUP) tests
	@ctest --test-dir build --output-on-failure --no-tests=error

test-python:
	@tools/system-packages.sh build plugins test
	@$(SETUP) dev native plugin-tests
	@$(BIN)/python -m pytest $(ARGS)

# The core under ThreadSanitizer and, where clang 22 is installed, RealtimeSanitizer.
test-realtime:
	@tools/system-packages.sh build test
	@$(SETUP) headers
	@tools/run-sanitizers.sh tsan rtsan

# Slower: memory errors and undefined behaviour in all native tests.
test-sanitizers:
	@tools/system-packages.sh build test
	@$(SETUP) headers
	@tools/run-sanitizers.sh asan

bench:
	@tools/system-packages.sh build plugins test
	@$(SETUP) dev native plugin-tests
	@$(BIN)/lumiverb bench $(ARGS)

install: plugins
	@$(subst setup.py,install.py,$(SETUP))

format lint:
	@tools/system-packages.sh build
	@$(SETUP) lint
	@tools/lint.sh $@

clean:
	rm -rf build python/lumiverb/_native*.so
