# SPDX-License-Identifier: AGPL-3.0-or-later
# What `cmake --install` and the Python wheel carry. The module itself is installed by native/bindings.
if(SKBUILD)
    # The shipped model packages travel inside the package: lumiverb/models/<name>/.
    install(DIRECTORY "${CMAKE_SOURCE_DIR}/models/" DESTINATION lumiverb/models OPTIONAL
            FILES_MATCHING PATTERN "*.onnx" PATTERN "*.json" PATTERN "*.md")
endif()
if(LUMIVERB_BUILD_PLUGIN AND UNIX AND NOT APPLE)
    # For distributions and system-wide installations; `make install` copies into the user's own folders.
    foreach(format vst3 lv2)
        install(CODE "file(GLOB bundles \"${CMAKE_BINARY_DIR}/plugins/*.${format}\")
            foreach(bundle IN LISTS bundles)
                get_filename_component(name \"\${bundle}\" NAME)
                file(REAL_PATH \"\${bundle}\" bundle)
                file(INSTALL \"\${bundle}\" DESTINATION \"\${CMAKE_INSTALL_PREFIX}/lib/${format}\")
            endforeach()")
    endforeach()
endif()
