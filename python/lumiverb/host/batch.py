# SPDX-License-Identifier: AGPL-3.0-or-later
"""Many files through Dry, Match or both: a pool of processes, a manifest of what is done, bad files reported and skipped."""

from __future__ import annotations

import json
import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from lumiverb.audio.files import READABLE
from lumiverb.errors import Error, RenderError
from lumiverb.host.dry import Dry
from lumiverb.host.dry_render import dry_file, dry_record
from lumiverb.host.match import Match
from lumiverb.host.render import Settings, dry_for, match_for, record, render_file
from lumiverb.room import Room, RoomDescription

MANIFEST = "lumiverb-batch.jsonl"


@dataclass(frozen=True)
class Job:
    """One output. Plain data: it travels to a worker process, and would travel to another machine. No room: only Dry."""

    source: str
    output: str
    room_json: str
    room_name: str
    scene: str  #: of the room, where it is a known place: quality "traced" traces it
    settings: Settings

    def key(self) -> str:
        """Changes when the room or a setting changes."""
        return self.settings.key(self.room_json, self.scene)


def find_audio(inputs: Sequence[Path], output: Path) -> list[tuple[Path, Path]]:
    """Files and the part of their path that is kept below `output`; folders are searched through, but not `output` itself.

    Raises
    ------
    Error
        When an input does not exist, or no audio file is found.
    """
    found: list[tuple[Path, Path]] = []
    for given in inputs:
        if given.is_dir():
            if given.resolve() == output.resolve():
                raise Error(f"{given}: is the folder to write to as well; choose another --out")
            files = sorted(p for p in given.rglob("*") if _is_audio(p) and output.resolve() not in p.resolve().parents)
            found += [(p, p.relative_to(given)) for p in files]
        elif given.exists():
            found.append((given, Path(given.name)))
        else:
            raise Error(f"{given}: no such file or folder")
    if not found:
        raise Error(f"no audio files ({', '.join(READABLE)}) in {', '.join(map(str, inputs))}")
    return found


def _is_audio(path: Path) -> bool:
    return path.suffix.lower() in READABLE and not path.name.startswith(".") and path.is_file()


def plan(files: Sequence[tuple[Path, Path]], rooms: Sequence[Room], folder: Path, settings: Settings, ending: str) -> list[Job]:
    """One job per file and room, or per file without rooms; outputs of several rooms stand in a folder per room.

    Raises
    ------
    Error
        When two inputs would be written to the same output, or an input would be overwritten.
    """
    jobs: dict[str, Job] = {}
    read = {source.resolve() for source, _ in files}
    for room in rooms or [None]:
        base = folder / room.name if room is not None and len(rooms) > 1 else folder
        for source, kept in files:
            output = base / kept.with_suffix(ending or kept.suffix)
            if str(output) in jobs:
                raise Error(f"{source} and {jobs[str(output)].source} would both be written to {output}; rename one or use --ext")
            if output.resolve() in read:
                raise Error(f"{output}: is read and would be overwritten; choose another --out or --ext")
            texts = (room.json, room.name, room.scene) if room else ("", "", "")
            jobs[str(output)] = Job(str(source), str(output), *texts, settings)
    return list(jobs.values())


class Manifest:
    """JSON lines of what is done: one line per finished output, appended at once, so that a stopped batch resumes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._done = {entry["output"]: entry for entry in self._read() if entry.get("status") == "done"}

    def _read(self) -> Iterator[dict[str, Any]]:
        try:
            lines = self.path.read_text("utf-8").splitlines()
        except OSError:
            return
        for line in lines:
            try:
                entry = json.loads(line)
            except json.JSONDecodeError:  # the line that was being written when the batch was stopped
                continue
            if isinstance(entry, dict) and "output" in entry:
                yield entry

    @staticmethod
    def _ends_within_a_line(file: TextIO) -> bool:
        """True when the last line was cut off: the next entry must not be glued to it."""
        size = file.seek(0, os.SEEK_END)
        if size == 0:
            return False
        file.seek(size - 1)
        return file.read(1) != "\n"

    def is_done(self, job: Job) -> bool:
        """True when this output was made from the same file with the same room and settings, and is still there."""
        entry = self._done.get(job.output)
        return entry is not None and entry.get("key") == job.key() and entry.get("stamps") == stamps(job)

    def add(self, entry: dict[str, Any]) -> None:
        """Append one line."""
        with open(self.path, "a+", encoding="utf-8") as file:
            if self._ends_within_a_line(file):
                file.write("\n")
            file.write(json.dumps(entry) + "\n")
            file.flush()
            os.fsync(file.fileno())
        if entry.get("status") == "done":
            self._done[entry["output"]] = entry


def stamps(job: Job) -> list[int]:
    """Size and time of input and size of output: enough to see that either was changed since."""
    try:
        source, output = os.stat(job.source), os.stat(job.output)
    except OSError:
        return []
    return [source.st_size, source.st_mtime_ns, output.st_size]


_engines: dict[str, tuple[Dry | None, Match | None, Room | None]] = {}


def _engines_for(job: Job) -> tuple[Dry | None, Match | None, Room | None]:
    """Kept for the next file with the same room and settings."""
    if job.key() not in _engines:
        _engines.clear()
        room = Room(RoomDescription.from_json(job.room_json), name=job.room_name, scene=job.scene) if job.room_json else None
        _engines[job.key()] = (dry_for(job.settings), match_for(room, job.settings) if room else None, room)
    return _engines[job.key()]


def run_job(job: Job) -> dict[str, Any]:
    """Run one job in this process."""
    entry: dict[str, Any] = {"input": job.source, "output": job.output, "key": job.key()}
    source, output = Path(job.source), Path(job.output)
    try:
        dry, match, room = _engines_for(job)
        output.parent.mkdir(parents=True, exist_ok=True)
        if match is not None and room is not None:
            rendered = render_file(match, source, output, job.settings, dry=dry)
            entry |= record(room, source, output, match, job.settings, rendered)
        elif dry is not None:
            entry |= dry_record(dry, None, source, output, None, dry_file(dry, source, output, None, job.settings.bits or None))
        return {**entry, "status": "done", "stamps": stamps(job)}
    except (Error, OSError) as error:
        return {**entry, "status": "failed", "error": " ".join(str(error).split())}
    except (MemoryError, RuntimeError) as error:  # of one file: the others go on
        return {
            **entry,
            "status": "failed",
            "error": f"{job.source}: {' '.join(str(error).split()) or 'it needs more memory than there is'}",
        }


def run_batch(
    jobs: Sequence[Job], manifest: Manifest, workers: int = 0, on_result: Callable[[dict[str, Any]], None] = lambda entry: None
) -> list[dict[str, Any]]:
    """Run what is not done yet.

    Parameters
    ----------
    workers : int
        Processes; 0 = one per core, 1 = in this process.
    on_result : function
        Called with the manifest entry of each finished job.

    Returns
    -------
    The entries of this run, in order of completion.

    Raises
    ------
    RenderError
        When a worker process was ended from outside (memory).
    """
    todo = [job for job in jobs if not manifest.is_done(job)]
    workers = min(workers or os.cpu_count() or 1, len(todo))
    results = []
    for entry in map(run_job, todo) if workers <= 1 else _in_processes(todo, workers):
        manifest.add(entry)
        results.append(entry)
        on_result(entry)
    return results


def _in_processes(jobs: Sequence[Job], workers: int) -> Iterator[dict[str, Any]]:
    # "spawn": a forked copy of a process with threads (ONNX Runtime, engines) may hang.
    pool = ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn"))
    waiting: set[Future[dict[str, Any]]] = set()
    queue = iter(jobs)
    try:
        while True:
            # A few ahead of the workers, so that a million files need no million futures.
            while len(waiting) < 2 * workers and (job := next(queue, None)) is not None:
                waiting.add(pool.submit(run_job, job))
            if not waiting:
                return
            done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
            for future in done:
                yield future.result()
    except BrokenProcessPool:
        raise RenderError("a worker process was ended from outside (out of memory?); run again to go on, with fewer --workers") from None
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
