# SPDX-License-Identifier: AGPL-3.0-or-later
# The ONNX Runtime library that plug-in bundles carry: LUMIVERB_ORT_LIBRARY, else the one inside the onnxruntime wheel of
# Python_EXECUTABLE (else of .venv). 1.28.0 is the tested version; newer wheels have telemetry on by default.
include_guard(GLOBAL)
set(LUMIVERB_ORT_VERSION "1.28.0")

if(NOT LUMIVERB_ORT_LIBRARY)
    set(python "${Python_EXECUTABLE}")
    if(NOT python)
        find_program(python NAMES python3 python NO_CACHE
                     HINTS "${CMAKE_SOURCE_DIR}/.venv/bin" "${CMAKE_SOURCE_DIR}/.venv/Scripts")
    endif()
    # find_spec and not import: the wheel's module is not needed, only its folder.
    execute_process(COMMAND "${python}" -c
        "import importlib.util as u; s = u.find_spec('onnxruntime'); print(s.submodule_search_locations[0] if s else '')"
        OUTPUT_VARIABLE wheel OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
    if(wheel)
        file(TO_CMAKE_PATH "${wheel}" wheel)
        file(GLOB candidates "${wheel}/capi/libonnxruntime.so.*" "${wheel}/capi/libonnxruntime.*.dylib"
                             "${wheel}/capi/onnxruntime.dll")
        list(LENGTH candidates count)
        if(count GREATER 0)
            list(GET candidates 0 library)
            set(LUMIVERB_ORT_LIBRARY "${library}")
        endif()
    endif()
endif()
if(NOT LUMIVERB_ORT_LIBRARY OR NOT EXISTS "${LUMIVERB_ORT_LIBRARY}")
    message(FATAL_ERROR "ONNX Runtime library not found: install onnxruntime==${LUMIVERB_ORT_VERSION} into the Python in use, "
                        "or give -DLUMIVERB_ORT_LIBRARY=<path of libonnxruntime>")
endif()
message(STATUS "ONNX Runtime for bundles: ${LUMIVERB_ORT_LIBRARY}")

# Private name: a host that has loaded another ONNX Runtime must not satisfy our dlopen with it.
set(LUMIVERB_ORT_PRIVATE_NAME
    "${CMAKE_SHARED_LIBRARY_PREFIX}lumiverb_onnxruntime${CMAKE_SHARED_LIBRARY_SUFFIX}")

# Puts the library beside the binary of a plug-in target. PRE_LINK: JUCE's manifest helpers load the fresh binary right
# after the link, in the same build step.
function(lumiverb_bundle_onnxruntime target)
    add_custom_command(TARGET ${target} PRE_LINK
        COMMAND "${CMAKE_COMMAND}" -E make_directory "$<TARGET_FILE_DIR:${target}>"
        COMMAND "${CMAKE_COMMAND}" -E copy_if_different "${LUMIVERB_ORT_LIBRARY}"
                "$<TARGET_FILE_DIR:${target}>/${LUMIVERB_ORT_PRIVATE_NAME}"
        VERBATIM)
endfunction()
