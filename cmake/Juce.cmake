# SPDX-License-Identifier: AGPL-3.0-or-later
# JUCE 8: a given source tree (LUMIVERB_JUCE_DIR), else the one that the set-up unpacked in .deps, else the upstream tag.
# Gives the juce:: modules and the target lumiverb_juce_options, which every plug-in links PUBLIC.
include_guard(GLOBAL)
set(LUMIVERB_JUCE_TAG "8.0.6")

set(lumiverb_juce_source "${LUMIVERB_JUCE_DIR}")
if(NOT lumiverb_juce_source AND EXISTS "${CMAKE_SOURCE_DIR}/.deps/juce/modules" AND NOT APPLE)
    set(lumiverb_juce_source "${CMAKE_SOURCE_DIR}/.deps/juce")
endif()
if(NOT lumiverb_juce_source)
    include(FetchContent)
    message(STATUS "Fetching JUCE ${LUMIVERB_JUCE_TAG}")
    # SOURCE_SUBDIR that does not exist: download only, so that the folder can be added with EXCLUDE_FROM_ALL.
    FetchContent_Declare(juce GIT_REPOSITORY https://github.com/juce-framework/JUCE GIT_TAG ${LUMIVERB_JUCE_TAG}
                         GIT_SHALLOW ON SOURCE_SUBDIR download-only)
    FetchContent_MakeAvailable(juce)
    set(lumiverb_juce_source "${juce_SOURCE_DIR}")
endif()

if(NOT EXISTS "${lumiverb_juce_source}/extras/Build/CMake/JUCEUtils.cmake")
    message(FATAL_ERROR "${lumiverb_juce_source} holds no JUCE 8 source tree (extras/Build/CMake/JUCEUtils.cmake is missing)")
endif()
if(APPLE AND NOT EXISTS "${lumiverb_juce_source}/modules/juce_audio_plugin_client/AU")
    message(FATAL_ERROR "${lumiverb_juce_source} has no Audio Unit sources (Debian strips them): use upstream JUCE on macOS")
endif()
add_subdirectory("${lumiverb_juce_source}" "${CMAKE_BINARY_DIR}/juce" EXCLUDE_FROM_ALL)

# FLAC and Ogg Vorbis where the tree carries their code (Debian's does not): no library is linked for them.
set(lumiverb_juce_codecs)
foreach(codec FLAC OGGVORBIS)
    string(TOLOWER ${codec} folder)
    if(EXISTS "${lumiverb_juce_source}/modules/juce_audio_formats/codecs/${folder}")
        list(APPEND lumiverb_juce_codecs JUCE_USE_${codec}=1)
    else()
        list(APPEND lumiverb_juce_codecs JUCE_USE_${codec}=0)
    endif()
endforeach()

add_library(lumiverb_juce_options INTERFACE)
target_compile_definitions(lumiverb_juce_options INTERFACE
    JUCE_WEB_BROWSER=0 JUCE_USE_CURL=0 JUCE_JACK=0
    ${lumiverb_juce_codecs} JUCE_USE_MP3AUDIOFORMAT=0
    JUCE_VST3_CAN_REPLACE_VST2=0 JUCE_MODAL_LOOPS_PERMITTED=0
    JUCE_STRICT_REFCOUNTEDPOINTER=1 JUCE_SILENCE_XCODE_15_LINKER_WARNING=1)
# Debian's tree comes without the copies of zlib, libpng and libjpeg that upstream carries: the system's are linked.
if(NOT EXISTS "${lumiverb_juce_source}/modules/juce_core/zip/zlib")
    find_package(ZLIB REQUIRED)
    find_package(PNG REQUIRED)
    find_package(JPEG REQUIRED)
    target_link_libraries(lumiverb_juce_options INTERFACE PNG::PNG JPEG::JPEG ZLIB::ZLIB)
endif()
