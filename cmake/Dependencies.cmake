# SPDX-License-Identifier: AGPL-3.0-or-later
# System packages first; where a package is missing the upstream tag is fetched.
include(FetchContent)

# JSON (manifests, scenes, room descriptions)
find_package(nlohmann_json 3.11 QUIET)
if(NOT nlohmann_json_FOUND)
    FetchContent_Declare(nlohmann_json GIT_REPOSITORY https://github.com/nlohmann/json GIT_TAG v3.11.3 GIT_SHALLOW ON)
    FetchContent_MakeAvailable(nlohmann_json)
endif()

# FFTW, single precision. The static library is preferred: hosts load their own FFTW, and two users of one
# shared planner would race.
add_library(lumiverb_fftw INTERFACE)
find_path(LUMIVERB_FFTW_INCLUDE_DIR fftw3.h)
find_library(LUMIVERB_FFTW_LIBRARY NAMES libfftw3f.a fftw3f libfftw3f-3)
if(LUMIVERB_FFTW_INCLUDE_DIR AND LUMIVERB_FFTW_LIBRARY)
    target_include_directories(lumiverb_fftw SYSTEM INTERFACE "${LUMIVERB_FFTW_INCLUDE_DIR}")
    target_link_libraries(lumiverb_fftw INTERFACE "${LUMIVERB_FFTW_LIBRARY}")
else()
    message(FATAL_ERROR "FFTW (single precision) not found: install libfftw3-dev (Debian), fftw (Homebrew) or fftw3 (vcpkg)")
endif()

# ONNX Runtime: headers only. The library is opened at run time by full path, never linked.
add_library(lumiverb_ort_headers INTERFACE)
if(NOT LUMIVERB_ORT_INCLUDE_DIR)
    # A variable of its own: find_path() leaves a cache entry alone, be it empty.
    macro(lumiverb_find_ort_headers)
        find_path(lumiverb_ort_found onnxruntime_cxx_api.h NO_CACHE
                  HINTS "${CMAKE_SOURCE_DIR}/.deps/ort/usr/include" PATH_SUFFIXES onnxruntime onnxruntime/core/session)
    endmacro()
    lumiverb_find_ort_headers()
    if(NOT lumiverb_ort_found AND NOT DEFINED ENV{LUMIVERB_SETUP_RUNS})
        # A plain `pip install .` or `cmake`: on Debian the set-up script gets the headers from the system's own mirror.
        find_program(lumiverb_python NAMES python3 NO_CACHE)
        if(lumiverb_python)
            execute_process(COMMAND "${lumiverb_python}" "${CMAKE_SOURCE_DIR}/tools/setup.py" headers)
            lumiverb_find_ort_headers()
        endif()
    endif()
    if(NOT lumiverb_ort_found)
        FetchContent_Declare(onnxruntime_headers GIT_REPOSITORY https://github.com/microsoft/onnxruntime GIT_TAG v1.21.0
                             GIT_SHALLOW ON GIT_SUBMODULES "" SOURCE_SUBDIR download-only)
        FetchContent_MakeAvailable(onnxruntime_headers)
        set(lumiverb_ort_found "${onnxruntime_headers_SOURCE_DIR}/include/onnxruntime/core/session")
    endif()
    set(LUMIVERB_ORT_INCLUDE_DIR "${lumiverb_ort_found}")
endif()
target_include_directories(lumiverb_ort_headers SYSTEM INTERFACE "${LUMIVERB_ORT_INCLUDE_DIR}")
target_compile_definitions(lumiverb_ort_headers INTERFACE ORT_API_MANUAL_INIT)
