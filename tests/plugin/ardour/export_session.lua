-- SPDX-License-Identifier: AGPL-3.0-or-later
-- Loads the session, exports three seconds as WAV, saves it again. Environment: SESSION, OUT (folder), NAME (of the WAV).
io.stdout:setvbuf ("no")
AudioEngine:set_backend ("None (Dummy)", "", "")
local session = assert (load_session (os.getenv ("SESSION"), "match"))
session:goto_start (true)
local export = session:simple_export ()
export:set_range (0, 144000)
export:set_folder (os.getenv ("OUT"))
export:set_name (os.getenv ("NAME"))
export:set_preset ("75969a1c-3133-4694-864b-a1fa50e43348")
assert (export:check_outputs () and export:run_export ())
session:save_state ("")
os.exit (0)
