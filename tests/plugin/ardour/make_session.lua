-- SPDX-License-Identifier: AGPL-3.0-or-later
-- A sine generator and Lumiverb Match (or Dry) on one track; its first knob, Mix (Amount), is automated: 0 for the first second, then 1.
-- Environment: SESSION (folder), PLUGIN (unique id from the scanner).
io.stdout:setvbuf ("no")
AudioEngine:set_backend ("None (Dummy)", "", "")
local session = assert (create_session (os.getenv ("SESSION"), "match", 48000))
local track = session:new_audio_track (2, 2, nil, 1, "T", ARDOUR.PresentationInfo.max_order, ARDOUR.TrackMode.Normal, true):front ()
local sine = ARDOUR.LuaAPI.new_plugin (session, "SinGen", ARDOUR.PluginType.Lua, "")
local match = ARDOUR.LuaAPI.new_plugin (session, os.getenv ("PLUGIN"), ARDOUR.PluginType.VST3, "")
assert (not sine:isnil (), "no sine generator")
assert (not match:isnil (), "Ardour does not know the plug-in")
track:add_processor_by_index (sine, 0, nil, true)
track:add_processor_by_index (match, 1, nil, true)

local plugin = match:to_insert ():plugin (0)
for i = 0, plugin:parameter_count () - 1 do print ("parameter", i, plugin:parameter_label (i)) end

local list, control, range = ARDOUR.LuaAPI.plugin_automation (match, 0)
assert (range.lower == 0 and range.upper == 1)
for _, point in ipairs ({ { 0, 0 }, { 48000, 0 }, { 49000, 1 }, { 144000, 1 } }) do
    control:add (Temporal.timepos_t (point[1]), point[2], false, true)
end
local mix = Evoral.Parameter (ARDOUR.AutomationType.PluginAutomation, 0, 0)
match:to_automatable ():automation_control (mix, false):set_automation_state (ARDOUR.AutoState.Play)
session:save_state ("")
os.exit (0)   -- closing a session ends in an abort now and then, with and without plug-ins
