#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Brings a clone to the state that a step needs: virtual environment, sources, native module, plug-ins.

Usage: ``python3 tools/setup.py STEP...`` with the steps

* ``venv``     .venv with what the package needs to run and to build
* ``dev``      the same plus the test and training extras
* ``lint``     the same plus formatters, linter and type checker
* ``sources``  .deps: JUCE and the ONNX Runtime headers (``headers``: these alone)
* ``voice``    .deps: the recorded voice of the demo
* ``native``   the Python module lumiverb._native
* ``tests``    the native tests
* ``plugins``  VST3, LV2 and standalone bundles in build/plugins (``plugin-tests``: and the probe host that tests them)

A step does what it depends on first, and nothing when nothing has changed: each finished piece leaves a stamp, whose
text is the hash of all that the piece was made from. Only the standard library is used, as nothing else is there yet.

Environment: LUMIVERB_PYTHON (interpreter of .venv), LUMIVERB_JUCE_DIR, LUMIVERB_ORT_INCLUDE_DIR, LUMIVERB_ORT_LIBRARY
(given by path instead of fetched), LUMIVERB_JOBS (compiler processes).
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DEPS = ROOT / ".deps"
VENV = ROOT / ".venv"
BUILD = ROOT / "build"
WINDOWS = os.name == "nt"
VENV_BIN = VENV / ("Scripts" if WINDOWS else "bin")
VENV_PYTHON = VENV_BIN / ("python.exe" if WINDOWS else "python")

JUCE_TAG = "8.0.6"
JUCE_URL = "https://github.com/juce-framework/JUCE"
# Sources that Debian 13 carries under these exact versions; any Debian reads them through a private APT configuration.
DEBIAN_SUITE = "trixie"
DEBIAN_JUCE = "8.0.6+ds-2"
DEBIAN_ORT = "1.21.0+dfsg-1"
DEBIAN_VOICE = "1.2.14-1"

# Interpreters for which the pins of requirements/constraints.txt have wheels; others use the ranges of pyproject.toml.
PINNED_PYTHONS = ((3, 11), (3, 13))
COMPILER_MEMORY = 2 << 30  # bytes, peak of one compiler process on JUCE's large sources


class SetupError(Exception):
    """One clear sentence for the person at the terminal."""


def say(text: str) -> None:
    print(f"==> {text}", flush=True)


def run(command: Sequence[object], failure: str, cwd: Path = ROOT, quiet: bool = False, timeout: float | None = None) -> str:
    """Runs a command, showing its output (or, if quiet, only when it fails); raises SetupError with the sentence given."""
    arguments = [str(c) for c in command]
    out, err = (subprocess.PIPE, subprocess.STDOUT) if quiet else (None, None)
    try:
        done = subprocess.run(
            arguments, cwd=cwd, stdin=subprocess.DEVNULL, stdout=out, stderr=err, text=True, errors="replace", timeout=timeout
        )
    except FileNotFoundError:
        raise SetupError(f"{failure}: the program {arguments[0]} is not installed.") from None
    except subprocess.TimeoutExpired:
        raise SetupError(f"{failure}: {arguments[0]} gave no answer within {timeout:.0f} s.") from None
    if done.returncode != 0:
        if quiet:
            sys.stderr.write("".join(f"    {line}\n" for line in (done.stdout or "").strip().splitlines()[-15:]))
        raise SetupError(f"{failure} ({Path(arguments[0]).name} exited with {done.returncode}; its messages are above).")
    return done.stdout or ""


def digest(*parts: object) -> str:
    return hashlib.sha256("\0".join(str(p) for p in parts).encode()).hexdigest()


@contextmanager
def stamped(path: Path, wanted: str):
    """Gives True when the work is to be done; writes the stamp if it came to its end."""
    if path.is_file() and path.read_text() == wanted:
        yield False
        return
    path.unlink(missing_ok=True)
    yield True
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(wanted)


@contextmanager
def fresh_folder(target: Path):
    """A new folder that becomes `target` only at the end, so that an interrupted download leaves nothing half-made."""
    part = target.with_name(target.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    yield part
    shutil.rmtree(target, ignore_errors=True)
    part.rename(target)


@contextmanager
def only_one_setup():
    """Two `make` at once would write the same files: the second waits."""
    if WINDOWS:
        yield
        return
    import fcntl

    DEPS.mkdir(exist_ok=True)
    with (DEPS / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Waiting for another set-up in this folder")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


# ---------------------------------------------------------------------------------------------- virtual environment


def requirements(extras: list[str]) -> list[str]:
    """Requirement strings of pyproject.toml: run time, build system and the extras named."""
    # Python 3.10 has no tomllib, but pip carries one.
    reader = """
import json, sys
try:
    import tomllib
except ImportError:
    from pip._vendor import tomli as tomllib
print(json.dumps(tomllib.load(open(sys.argv[1], "rb"))))
"""
    project = json.loads(run([VENV_PYTHON, "-c", reader, ROOT / "pyproject.toml"], "pyproject.toml could not be read", quiet=True))
    wanted = list(project["project"]["dependencies"]) + list(project["build-system"]["requires"])
    for extra in extras:
        wanted += project["project"]["optional-dependencies"][extra]
    return wanted


def find_python() -> str:
    python = os.environ.get("LUMIVERB_PYTHON") or shutil.which("python3") or sys.executable
    version = run([python, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"], f"{python} does not run", quiet=True).strip()
    if tuple(map(int, version.split("."))) < (3, 10):
        raise SetupError(f"Python 3.10 or newer is needed, {python} is {version}: name another one with LUMIVERB_PYTHON.")
    return python


def make_venv(python: str) -> None:
    # The path is part of the stamp: the scripts of a virtual environment hold it, so a moved clone needs a new one.
    identity = run([python, "-c", "import sys; print(sys.version, sys.base_prefix)"], f"{python} does not run", quiet=True)
    with stamped(VENV / "lumiverb-made", digest(identity, VENV)) as todo:
        if not todo:
            return
        say("Making the virtual environment .venv")
        shutil.rmtree(VENV, ignore_errors=True)
        run([python, "-m", "venv", VENV], "The virtual environment could not be made (Debian: the package python3-venv)", quiet=True)


def venv(extras: list[str] | None = None) -> None:
    extras = ["plugins", *(extras or [])]
    make_venv(find_python())
    constraints = ROOT / "requirements" / "constraints.txt"
    version = run([VENV_PYTHON, "-c", "import sys; print('%d %d' % sys.version_info[:2])"], ".venv does not run", quiet=True)
    pinned = PINNED_PYTHONS[0] <= tuple(map(int, version.split())) <= PINNED_PYTHONS[1]
    wanted = requirements(extras)
    stamp = VENV / f"lumiverb-installed-{'-'.join(extras)}"
    with stamped(stamp, digest(*wanted, constraints.read_text() if pinned else "ranges")) as todo:
        if todo:
            say(f"Installing Python packages into .venv (run time, {', '.join(extras)}){'' if pinned else ' without the tested pins'}")
            options = ["--disable-pip-version-check", "--progress-bar", "on" if sys.stdout.isatty() else "off"]
            options += ["-c", constraints] if pinned else []
            run([VENV_PYTHON, "-m", "pip", "install", *options, *wanted], "The Python packages could not be installed")
    link_package()


def link_package() -> None:
    """Makes .venv use python/lumiverb as it stands: a path file for `import lumiverb`, a script for `lumiverb`."""
    site = run([VENV_PYTHON, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], ".venv does not run", quiet=True).strip()
    path_file = Path(site) / "lumiverb-source.pth"
    text = f"{ROOT / 'python'}\n"
    if not path_file.is_file() or path_file.read_text() != text:
        path_file.write_text(text)
    start = "from lumiverb.cli.main import app"
    if WINDOWS:
        (VENV_BIN / "lumiverb.cmd").write_text(f'@"%~dp0python.exe" -c "{start}; app()" %*\n')
        return
    script = VENV_BIN / "lumiverb"
    text = f"#!{VENV_PYTHON}\nimport sys\n\n{start}\n\nsys.exit(app())\n"
    if not script.is_file() or script.read_text() != text:
        script.write_text(text)
        script.chmod(0o755)


# ------------------------------------------------------------------------------------------------------------ sources


def debian_source() -> str | None:
    """The line of this machine's APT sources that names its Debian mirror, for DEBIAN_SUITE; None where there is none."""
    if not shutil.which("apt-get"):
        return None
    release = Path("/etc/os-release").read_text() if Path("/etc/os-release").is_file() else ""
    codename = re.search(r"^VERSION_CODENAME=\"?(\w+)", release, re.M)
    suites = {"stable", "oldstable", "testing", "unstable", "sid"} | ({codename.group(1)} if codename else set())
    folder = Path("/etc/apt")
    entries: list[tuple[str, list[str], str]] = []  # URI, suites, options
    for file in [folder / "sources.list", *sorted(folder.glob("sources.list.d/*.list"))]:
        for line in file.read_text(errors="replace").splitlines() if file.is_file() else []:
            if match := re.match(r"deb\s+(?:\[([^]]*)\]\s+)?(\S+)\s+(\S+)\s+.*\bmain\b", line):
                keep = [o for o in (match.group(1) or "").split() if o.startswith(("signed-by=", "trusted="))]
                entries.append((match.group(2), [match.group(3)], " ".join(keep)))
    for file in sorted(folder.glob("sources.list.d/*.sources")):
        for stanza in re.split(r"\n\s*\n", file.read_text(errors="replace")):
            fields = dict(re.findall(r"^([\w-]+):\s*(.+)$", stanza, re.M))
            keep = [f"signed-by={fields['Signed-By']}"] if fields.get("Signed-By", "").startswith("/") else []
            keep += ["trusted=yes"] if fields.get("Trusted", "").strip() == "yes" else []
            for uri in fields.get("URIs", "").split() if fields.get("Enabled", "yes") != "no" else []:
                entries.append((uri, fields.get("Suites", "").split(), " ".join(keep)))
    for uri, names, options in entries:
        if suites & set(names) and re.search(r"debian/*$|debian\.list$", uri):
            return f"[{options}] {uri}" if options else uri
    return None


def apt_download(folder: Path, packages: list[str], sources: list[str]) -> None:
    """Downloads binary packages and source packages of DEBIAN_SUITE into a folder, without root and without touching
    the system's own package lists."""
    place = debian_source()
    if place is None:
        raise SetupError("this machine has no Debian mirror in its APT sources")
    state = DEPS / "apt"
    for name in ("lists/partial", "cache/archives/partial"):
        (state / name).mkdir(parents=True, exist_ok=True)
    list_file = state / "sources.list"
    lines = f"deb {place} {DEBIAN_SUITE} main\ndeb-src {place} {DEBIAN_SUITE} main\n"
    options = ["-q", "-o", f"Dir::Etc::SourceList={list_file}", "-o", "Dir::Etc::SourceParts=/dev/null",
               "-o", f"Dir::State::Lists={state / 'lists'}", "-o", f"Dir::Cache={state / 'cache'}",
               "-o", "APT::Sandbox::User=root", "-o", "Acquire::Languages=none", "-o", "Acquire::Retries=3",
               "-o", "Acquire::http::Timeout=30"]  # fmt: skip
    # Lists older than a day may name files that the mirror has replaced.
    updated = state / "updated"
    if not (list_file.is_file() and list_file.read_text() == lines and updated.is_file() and time.time() - updated.stat().st_mtime < 86400):
        list_file.write_text(lines)
        updated.unlink(missing_ok=True)
        run(["apt-get", *options, "-o", "APT::Update::Error-Mode=any", "update"], "the package lists could not be read", quiet=True)
        updated.touch()
    if packages:
        run(["apt-get", *options, "download", *packages], "the packages could not be downloaded", cwd=folder, quiet=True)
    if sources:
        run(["apt-get", *options, "source", "--download-only", *sources], "the source package could not be downloaded", cwd=folder,
            quiet=True)  # fmt: skip


def first_that_works(what: str, ways: list[Callable[[], None]]) -> None:
    """Tries the ways in turn; all failing gives one sentence with each reason."""
    reasons = []
    for way in ways:
        try:
            way()
            return
        except SetupError as error:
            reasons.append(str(error).rstrip("."))
    raise SetupError(f"{what} could not be fetched: {'; '.join(reasons)}.")


def juce_from_debian() -> None:
    with fresh_folder(DEPS / "juce") as part:
        download = DEPS / "download"
        with fresh_folder(download):
            pass
        apt_download(download, [], [f"juce={DEBIAN_JUCE}"])
        # apt has checked the mirror's signature; the uploader's key need not be on this machine, hence --no-check.
        run(["dpkg-source", "--no-check", "-x", next(download.glob("juce_*.dsc")), part / "tree"], "the archive could not be unpacked",
            quiet=True)  # fmt: skip
        for item in (part / "tree").iterdir():
            item.rename(part / item.name)
        (part / "tree").rmdir()
        for archive in part.glob("juce_*.tar.xz"):  # dpkg-source puts a copy beside what it unpacks
            archive.unlink()
        shutil.rmtree(download)


def juce_from_upstream() -> None:
    with fresh_folder(DEPS / "juce") as part:
        run(["git", "-c", "advice.detachedHead=false", "clone", "-q", "--depth", "1", "--branch", JUCE_TAG, JUCE_URL, part / "tree"],
            "the upstream repository could not be cloned", quiet=True, timeout=600)  # fmt: skip
        for item in (part / "tree").iterdir():
            item.rename(part / item.name)
        (part / "tree").rmdir()


def juce() -> None:
    given = os.environ.get("LUMIVERB_JUCE_DIR")
    if given:
        if not (Path(given) / "extras/Build/CMake/JUCEUtils.cmake").is_file():
            raise SetupError(f"LUMIVERB_JUCE_DIR={given} holds no JUCE 8 source tree.")
        return
    with stamped(DEPS / "juce.stamp", digest(JUCE_TAG)) as todo:
        if not todo and (DEPS / "juce/modules").is_dir():
            return
        say(f"Fetching JUCE {JUCE_TAG} (13 MB)")
        # Debian's tree has no Audio Unit sources.
        ways = [juce_from_upstream] if platform.system() == "Darwin" else [juce_from_debian, juce_from_upstream]
        first_that_works("JUCE", ways)


def deb_to(folder: Path, package: str) -> None:
    """Unpacks one binary package of DEBIAN_SUITE into a folder."""
    with fresh_folder(folder) as part:
        apt_download(part, [package], [])
        file = next(part.glob("*.deb"))
        run(["dpkg-deb", "-x", file, part], f"{file.name} could not be unpacked", quiet=True)
        file.unlink()


def ort_headers() -> None:
    # Given or installed: CMake finds them itself. Not fetchable here: CMake fetches the upstream tag.
    installed = any(Path(p, "onnxruntime/onnxruntime_cxx_api.h").is_file() for p in ("/usr/include", "/usr/local/include"))
    if os.environ.get("LUMIVERB_ORT_INCLUDE_DIR") or installed or debian_source() is None:
        return
    with stamped(DEPS / "ort.stamp", digest(DEBIAN_ORT)) as todo:
        if not todo and (DEPS / "ort/usr/include").is_dir():
            return
        say("Fetching the ONNX Runtime headers (0.1 MB)")
        deb_to(DEPS / "ort", f"libonnxruntime-dev={DEBIAN_ORT}")


def demo_voice() -> None:
    """The recorded voice of `make demo`: the spoken loudspeaker names that come with alsa-utils."""
    if Path("/usr/share/sounds/alsa/Front_Center.wav").is_file():
        return
    with stamped(DEPS / "voice.stamp", digest(DEBIAN_VOICE)) as todo:
        if not todo and (DEPS / "voice").is_dir():
            return
        say("Fetching a recorded voice for the demo (1 MB)")
        try:
            deb_to(DEPS / "voice", f"alsa-utils={DEBIAN_VOICE}")
        except SetupError as error:
            raise SetupError(f"The demo voice could not be fetched ({error}) Give your own: make demo VOICE=take.wav") from None


def sources() -> None:
    juce()
    ort_headers()


# -------------------------------------------------------------------------------------------------------------- build


def jobs() -> int:
    if os.environ.get("LUMIVERB_JOBS"):
        return max(1, int(os.environ["LUMIVERB_JOBS"]))
    count = os.cpu_count() or 1
    try:
        available = re.search(r"MemAvailable:\s+(\d+)", Path("/proc/meminfo").read_text())
        count = min(count, int(available.group(1)) * 1024 // COMPILER_MEMORY) if available else count
    except OSError:
        pass
    return max(1, count)


def configure(options: list[str]) -> None:
    """Configures build/. Options of earlier calls stay, so that `make build` does not switch the plug-ins off."""
    cache = BUILD / "CMakeCache.txt"
    if cache.is_file() and f"CMAKE_HOME_DIRECTORY:INTERNAL={ROOT.as_posix()}\n" not in cache.read_text():
        say("This folder has moved since it was built: configuring anew")
        cache.unlink()
        shutil.rmtree(BUILD / "CMakeFiles", ignore_errors=True)
    options = [*options, f"-DPython_EXECUTABLE={VENV_PYTHON.as_posix()}"]
    for name in ("LUMIVERB_JUCE_DIR", "LUMIVERB_ORT_INCLUDE_DIR", "LUMIVERB_ORT_LIBRARY"):
        if os.environ.get(name):
            options.append(f"-D{name}={os.environ[name]}")
    stamp = BUILD / f"configured-{digest(*options)[:8]}"
    presets = (ROOT / "CMakePresets.json").read_text()
    with stamped(stamp, digest(presets)) as todo:
        if todo or not (BUILD / "build.ninja").is_file():
            run(["cmake", "--preset", "release", *options], "CMake could not configure the build")


def build(target: str, failure: str) -> None:
    run(["cmake", "--build", BUILD, "--parallel", jobs(), "--target", target], failure)


def native() -> None:
    venv()
    ort_headers()
    say("Building the native module")
    configure([])
    build("_native", "The native module could not be built")


def tests() -> None:
    native()
    say("Building the native tests")
    configure(["-DLUMIVERB_BUILD_TESTS=ON"])
    build("native_tests", "The native tests could not be built")


def plugins() -> None:
    venv()
    sources()
    first_time = "" if (BUILD / "juce").is_dir() else " (5 to 10 minutes the first time: JUCE's own tools are built too)"
    say(f"Building the plug-ins{first_time}")
    configure(["-DLUMIVERB_BUILD_PLUGIN=ON"])
    build("plugins", "The plug-ins could not be built")


def plugin_tests() -> None:
    plugins()
    build("plugin_tests", "The probe of the plug-in tests could not be built")


STEPS = {
    "venv": venv,
    "dev": lambda: venv(["sofa", "train", "test"]),
    "lint": lambda: venv(["sofa", "train", "test", "lint"]),
    "sources": sources,
    "headers": ort_headers,
    "voice": demo_voice,
    "native": native,
    "tests": tests,
    "plugins": plugins,
    "plugin-tests": plugin_tests,
}


def main(arguments: list[str]) -> int:
    unknown = [a for a in arguments if a not in STEPS]
    if unknown or not arguments:
        print(f"usage: tools/setup.py STEP...   steps: {' '.join(STEPS)}", file=sys.stderr)
        return 2
    os.environ["LUMIVERB_SETUP_RUNS"] = "1"  # CMake, called from here, must not call back
    try:
        with only_one_setup():
            for step in arguments:
                STEPS[step]()
    except SetupError as error:
        text = str(error)
        print(f"Error: {text[:1].upper()}{text[1:]}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped; run the same command again to go on where it was.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
