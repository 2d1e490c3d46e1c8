# SPDX-License-Identifier: AGPL-3.0-or-later
"""Open the editor of Lumiverb Match or Dry in a virtual screen, drop a picture on it, and photograph the window.

The drop is a real one: this program is the source of an XDND drag onto the editor's own window, as a file manager would be.
It then checks that the picture well of Match shows the picture, by comparing pixels, and writes the window as PNG.

Usage: python tools/editor_screenshot.py PICTURE OUT.png [--plugin BUNDLE] [--state FILE] ...
Needs Xvfb, openbox, ImageMagick's `import`, pedalboard, numpy and Pillow. Exit status 0: the picture shows.
"""

from __future__ import annotations

import argparse
import ctypes
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
BASE_WIDTH, BASE_HEIGHT = 1120, 700
WELL = (24, 64, 400, 400)  # of the base layout: x, y, width, height
NEEDED = ("Xvfb", "openbox", "import")


def missing_programs() -> list[str]:
    """Programs that this script needs and does not find."""
    return [name for name in NEEDED if shutil.which(name) is None]


# --- the virtual screen ------------------------------------------------------------------------------------------------


class VirtualScreen:
    """Xvfb with a window manager (editors die without one); use as a context manager, gives the environment for children."""

    def __init__(self, width: int = 2400, height: int = 1500) -> None:
        self._size = f"{width}x{height}x24"

    def __enter__(self) -> dict[str, str]:
        read, write = os.pipe()
        self._server = subprocess.Popen(
            ["Xvfb", "-displayfd", str(write), "-screen", "0", self._size, "-nolisten", "tcp"],
            pass_fds=[write],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(write)
        with os.fdopen(read) as pipe:
            number = pipe.readline().strip()
        if not number:
            raise RuntimeError("Xvfb did not start")
        environment = {**os.environ, "DISPLAY": f":{number}"}
        self._manager = subprocess.Popen(["openbox"], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        # A window that opens before the manager is there may be placed and sized twice.
        screen, end = X11(environment["DISPLAY"]), time.monotonic() + 20
        while not screen.has_property(screen.root, "_NET_SUPPORTING_WM_CHECK"):
            if time.monotonic() > end:
                raise RuntimeError("openbox did not start")
            time.sleep(0.05)
        return environment

    def __exit__(self, *_: object) -> None:
        for process in (self._manager, self._server):
            process.terminate()
            process.wait(timeout=10)


# --- XDND by hand, over libX11 -----------------------------------------------------------------------------------------

_Window = ctypes.c_ulong


class _ClientMessage(ctypes.Structure):
    _fields_ = [
        ("type", ctypes.c_int),
        ("serial", ctypes.c_ulong),
        ("send_event", ctypes.c_int),
        ("display", ctypes.c_void_p),
        ("window", _Window),
        ("message_type", ctypes.c_ulong),
        ("format", ctypes.c_int),
        ("data", ctypes.c_long * 5),
    ]


class _SelectionRequest(ctypes.Structure):
    _fields_ = [
        ("type", ctypes.c_int),
        ("serial", ctypes.c_ulong),
        ("send_event", ctypes.c_int),
        ("display", ctypes.c_void_p),
        ("owner", _Window),
        ("requestor", _Window),
        ("selection", ctypes.c_ulong),
        ("target", ctypes.c_ulong),
        ("property", ctypes.c_ulong),
        ("time", ctypes.c_ulong),
    ]


class _SelectionNotify(ctypes.Structure):
    _fields_ = [
        ("type", ctypes.c_int),
        ("serial", ctypes.c_ulong),
        ("send_event", ctypes.c_int),
        ("display", ctypes.c_void_p),
        ("requestor", _Window),
        ("selection", ctypes.c_ulong),
        ("target", ctypes.c_ulong),
        ("property", ctypes.c_ulong),
        ("time", ctypes.c_ulong),
    ]


class _Event(ctypes.Union):
    _fields_ = [
        ("type", ctypes.c_int),
        ("client", _ClientMessage),
        ("request", _SelectionRequest),
        ("notify", _SelectionNotify),
        ("pad", ctypes.c_long * 24),
    ]


_XDND_VERSION = 3  # what JUCE speaks
_CLIENT_MESSAGE, _SELECTION_REQUEST, _SELECTION_NOTIFY = 33, 30, 31


class X11:
    """A connection of our own to the X server: finding windows, and being the source of a drag."""

    def __init__(self, display_name: str | None = None) -> None:
        x = self._x = ctypes.CDLL("libX11.so.6")
        x.XOpenDisplay.restype = ctypes.c_void_p
        x.XInternAtom.restype = ctypes.c_ulong
        x.XCreateSimpleWindow.restype = _Window
        x.XDefaultRootWindow.restype = _Window
        display = x.XOpenDisplay(display_name.encode() if display_name else None)
        if not display:
            raise RuntimeError("no X display")
        self._display = ctypes.c_void_p(display)
        self.root = x.XDefaultRootWindow(self._display)

    def atom(self, name: str) -> int:
        """The X atom of this name."""
        return self._x.XInternAtom(self._display, name.encode(), 0)

    def children(self, window: int) -> list[int]:
        """Child windows, bottom to top."""
        root, parent, count = _Window(), _Window(), ctypes.c_uint()
        array = ctypes.POINTER(_Window)()
        if not self._x.XQueryTree(
            self._display, _Window(window), ctypes.byref(root), ctypes.byref(parent), ctypes.byref(array), ctypes.byref(count)
        ):
            return []
        found = [array[i] for i in range(count.value)]
        if array:
            self._x.XFree(array)
        return found

    def has_property(self, window: int, name: str) -> bool:
        """Whether the window carries this property."""
        kind, form = ctypes.c_ulong(), ctypes.c_int()
        items, after = ctypes.c_ulong(), ctypes.c_ulong()
        data = ctypes.c_void_p()
        self._x.XGetWindowProperty(
            self._display,
            _Window(window),
            ctypes.c_ulong(self.atom(name)),
            0,
            1,
            0,
            ctypes.c_ulong(0),
            ctypes.byref(kind),
            ctypes.byref(form),
            ctypes.byref(items),
            ctypes.byref(after),
            ctypes.byref(data),
        )
        if data:
            self._x.XFree(data)
        return kind.value != 0

    def geometry(self, window: int) -> tuple[int, int, int, int]:
        """x, y on the screen, width, height."""
        root, child = _Window(), _Window()
        x, y = ctypes.c_int(), ctypes.c_int()
        w, h, border, depth = ctypes.c_uint(), ctypes.c_uint(), ctypes.c_uint(), ctypes.c_uint()
        self._x.XGetGeometry(
            self._display,
            _Window(window),
            ctypes.byref(root),
            ctypes.byref(x),
            ctypes.byref(y),
            ctypes.byref(w),
            ctypes.byref(h),
            ctypes.byref(border),
            ctypes.byref(depth),
        )
        self._x.XTranslateCoordinates(
            self._display, _Window(window), _Window(self.root), 0, 0, ctypes.byref(x), ctypes.byref(y), ctypes.byref(child)
        )
        return x.value, y.value, w.value, h.value

    def drop_target(self) -> int | None:
        """The innermost window that takes drops: the editor, inside whatever the host puts around it."""
        best, best_depth = None, -1

        def walk(window: int, depth: int) -> None:
            nonlocal best, best_depth
            if depth > best_depth and self.has_property(window, "XdndAware") and self.geometry(window)[2] >= 400:
                best, best_depth = window, depth
            for child in self.children(window):
                walk(child, depth + 1)

        walk(self.root, 0)
        return best

    def settled_drop_target(self, still_s: float = 1.0, timeout_s: float = 20.0) -> int:
        """The drop target once it has been the same, in the same place, for a while. Raises RuntimeError when there is none.

        The host's window comes first and takes drops too, for nothing; then the editor's appears inside, and the window manager may still
        be placing both.
        """
        found, since, end = None, time.monotonic(), time.monotonic() + timeout_s
        while time.monotonic() < end:
            target = self.drop_target()
            now = (target, self.geometry(target)) if target is not None else None
            if now != found:
                found, since = now, time.monotonic()
            elif found is not None and time.monotonic() - since >= still_s:
                return found[0]
            time.sleep(0.1)
        raise RuntimeError("no editor window appeared")

    def drop_file(self, target: int, path: Path, timeout_s: float = 10.0) -> None:
        """Drag `path` onto the middle of `target` and let go. Raises RuntimeError when it is not taken."""
        source = self._x.XCreateSimpleWindow(self._display, _Window(self.root), 0, 0, 1, 1, 0, ctypes.c_ulong(0), ctypes.c_ulong(0))
        selection, uri_list = self.atom("XdndSelection"), self.atom("text/uri-list")
        self._x.XSetSelectionOwner(self._display, ctypes.c_ulong(selection), _Window(source), ctypes.c_ulong(0))
        x, y, w, h = self.geometry(target)
        position = (x + w // 2) << 16 | (y + h // 2)
        data = ("file://" + urllib.parse.quote(str(path.resolve())) + "\r\n").encode()
        self._send(target, "XdndEnter", [source, _XDND_VERSION << 24, uri_list, 0, 0])
        self._send(target, "XdndPosition", [source, 0, position, 0, self.atom("XdndActionCopy")])
        end, dropped = time.monotonic() + timeout_s, False
        while time.monotonic() < end:
            event = _Event()
            if not self._x.XPending(self._display):
                time.sleep(0.01)
                continue
            self._x.XNextEvent(self._display, ctypes.byref(event))
            if event.type == _SELECTION_REQUEST:
                self._answer(event.request, data)
            elif event.type == _CLIENT_MESSAGE and event.client.message_type == self.atom("XdndStatus") and not dropped:
                if not event.client.data[1] & 1:
                    # Not yet willing (it may still be asking what is dragged): move again.
                    time.sleep(0.05)
                    self._send(target, "XdndPosition", [source, 0, position, 0, self.atom("XdndActionCopy")])
                    continue
                self._send(target, "XdndDrop", [source, 0, 0, 0, 0])
                dropped = True
            elif event.type == _CLIENT_MESSAGE and event.client.message_type == self.atom("XdndFinished"):
                return
        raise RuntimeError("the window did not take the drop")

    def _send(self, window: int, name: str, data: list[int]) -> None:
        event = _Event()
        event.client.type = _CLIENT_MESSAGE
        event.client.display = self._display
        event.client.window = window
        event.client.message_type = self.atom(name)
        event.client.format = 32
        event.client.data[:] = data
        self._x.XSendEvent(self._display, _Window(window), 0, ctypes.c_long(0), ctypes.byref(event))
        self._x.XFlush(self._display)

    def _answer(self, request: _SelectionRequest, data: bytes) -> None:
        self._x.XChangeProperty(
            self._display,
            _Window(request.requestor),
            ctypes.c_ulong(request.property),
            ctypes.c_ulong(request.target),
            8,
            0,
            data,
            len(data),
        )
        event = _Event()
        event.notify.type = _SELECTION_NOTIFY
        event.notify.display = self._display
        event.notify.requestor = request.requestor
        event.notify.selection = request.selection
        event.notify.target = request.target
        event.notify.property = request.property
        event.notify.time = request.time
        self._x.XSendEvent(self._display, _Window(request.requestor), 0, ctypes.c_long(0), ctypes.byref(event))
        self._x.XFlush(self._display)


# --- pixels ------------------------------------------------------------------------------------------------------------


def grab(window: int, path: Path) -> None:
    """Write what the screen shows of a window."""
    subprocess.run(["import", "-silent", "-window", hex(window), str(path)], check=True)


def picture_difference(shot: Path, picture: Path) -> float:
    """Mean absolute difference (0..1) between the picture well of a screenshot and the picture as the well should show it.

    Both are blurred to 16 x 16 blocks: the box, the handle and the labels over the picture must not decide.
    """
    import numpy as np
    from PIL import Image, ImageOps

    window = Image.open(shot).convert("RGB")
    scale = window.width / BASE_WIDTH
    x, y, w, h = (round(v * scale) for v in WELL)
    seen = window.crop((x, y, x + w, y + h))
    whole = ImageOps.exif_transpose(Image.open(picture)).convert("RGB")
    # As PictureWell::pictureArea: fill the well, hide at most a quarter of a side, letter-box the rest.
    factor = min(max(w / whole.width, h / whole.height), min(w / whole.width, h / whole.height) / 0.75)
    size = (round(whole.width * factor), round(whole.height * factor))
    whole = whole.resize(size, Image.Resampling.LANCZOS)
    visible = (min(w, size[0]), min(h, size[1]))
    expected = whole.crop(
        ((size[0] - visible[0]) // 2, (size[1] - visible[1]) // 2, (size[0] + visible[0]) // 2, (size[1] + visible[1]) // 2)
    )
    seen = seen.crop(((w - visible[0]) // 2, (h - visible[1]) // 2, (w + visible[0]) // 2, (h + visible[1]) // 2))
    small = [np.asarray(image.resize((16, 16), Image.Resampling.BOX), dtype=float) / 255 for image in (seen, expected)]
    # The lower quarter is darkened for the labels.
    return float(np.abs(small[0] - small[1])[:12].mean())


# --- the host ----------------------------------------------------------------------------------------------------------


def run_inside(options: argparse.Namespace) -> int:
    """Load the plug-in, open its editor, drop, wait, photograph. Runs in the virtual screen."""
    x11 = ctypes.CDLL("libX11.so.6")
    # JUCE hosts and plug-ins destroy each other's windows; without this handler BadWindow ends the process.
    handler = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)(lambda display, event: 0)
    x11.XSetErrorHandler(handler)
    import numpy as np
    import pedalboard

    plugin: Any = pedalboard.load_plugin(str(options.plugin))
    if options.state:
        plugin.raw_state = Path(options.state).read_bytes()
    close = threading.Event()
    result: dict[str, Any] = {}

    def play() -> None:
        # Real blocks at a real pace, so that the status bar has something true to say.
        sound = 0.05 * np.random.default_rng(1).standard_normal((2, 480)).astype(np.float32)
        if options.audio:
            import soundfile

            read, rate = soundfile.read(options.audio, dtype="float32", always_2d=True)
            assert rate == 48000, "the audio must have 48 kHz"
            sound = np.repeat(read.T, 2, axis=0)[:2] if read.shape[1] == 1 else np.ascontiguousarray(read.T[:2])
        due, at = time.monotonic(), 0
        while not close.is_set():
            plugin.process(np.ascontiguousarray(sound[:, at : at + 480]), 48000, 480, reset=False)
            at = at + 480 if at + 960 <= sound.shape[1] else 0
            due += 0.01
            time.sleep(max(0.0, due - time.monotonic()))

    def act() -> None:
        try:
            screen = X11()
            target = screen.settled_drop_target()
            for earlier in options.before:
                screen.drop_file(target, Path(earlier))
                time.sleep(options.settle + 4.0)
            if not options.no_drop:
                screen.drop_file(target, Path(options.picture))
            end = time.monotonic() + options.wait
            while True:
                time.sleep(0.5)
                grab(target, Path(options.out))
                if not options.picture or options.no_check:
                    if time.monotonic() > end:
                        break
                    continue
                result["difference"] = picture_difference(Path(options.out), Path(options.picture))
                if result["difference"] < 0.06 or time.monotonic() > end:
                    break
            time.sleep(options.settle)
            grab(target, Path(options.out))
        except Exception as error:
            result["error"] = error
        finally:
            close.set()

    threading.Thread(target=act, daemon=True).start()
    if not options.silent:
        threading.Thread(target=play, daemon=True).start()
    plugin.show_editor(close)
    if options.save_state:
        Path(options.save_state).write_bytes(plugin.raw_state)
    if "error" in result:
        print(f"editor_screenshot: {result['error']}", file=sys.stderr)
        os._exit(3)
    if options.picture and not options.no_check:
        print(f"picture difference {result['difference']:.3f}")
        os._exit(0 if result["difference"] < 0.06 else 1)
    os._exit(0)


def shrink_png(path: Path, limit: int) -> None:
    """Reduce a PNG's colours until it has at most `limit` bytes."""
    from PIL import Image

    image = Image.open(path).convert("RGB")
    image.save(path, optimize=True)
    if path.stat().st_size > limit:
        image.quantize(256, dither=Image.Dither.FLOYDSTEINBERG).save(path, optimize=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("picture", nargs="?", default="", help="picture to drop; empty: none")
    parser.add_argument("out", help="PNG to write")
    parser.add_argument("--plugin", default=str(Path(os.environ.get("LUMIVERB_PLUGINS", ROOT / "build/plugins")) / "Lumiverb Match.vst3"))
    parser.add_argument("--state", default="", help="file with a raw_state to set first")
    parser.add_argument("--before", action="append", default=[], help="picture to drop before, for the row of recent ones; repeatable")
    parser.add_argument("--save-state", default="", help="file for the raw_state at the end")
    parser.add_argument("--no-check", action="store_true", help="the picture is not expected to show")
    parser.add_argument("--no-drop", action="store_true", help="do not drop: the state brings the picture")
    parser.add_argument("--audio", default="", help="WAV of 48 kHz to play, over and over, in place of noise")
    parser.add_argument("--silent", action="store_true", help="run no audio")
    parser.add_argument("--wait", type=float, default=20.0, help="seconds to wait for the picture")
    parser.add_argument("--settle", type=float, default=1.0, help="seconds between the picture's arrival and the photograph")
    parser.add_argument("--limit", type=int, default=400_000, help="bytes of the PNG at most")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if not options.picture:
        options.no_drop = True
    if options.inside:
        return run_inside(options)
    if missing := missing_programs():
        print(f"editor_screenshot: missing programs: {', '.join(missing)}", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as scratch, VirtualScreen() as environment:
        environment.setdefault("LUMIVERB_USER_DIR", scratch)
        status = subprocess.run([sys.executable, sys.argv[0], *sys.argv[1:], "--inside"], env=environment, timeout=180).returncode
    if status == 0:
        shrink_png(Path(options.out), options.limit)
    return status


if __name__ == "__main__":
    sys.exit(main())
