# SPDX-License-Identifier: AGPL-3.0-or-later
# cmake -DFROM=models/<name> -DTO=<bundle>/models/<name> -P CopyModel.cmake
if(EXISTS "${FROM}/manifest.json")
    file(MAKE_DIRECTORY "${TO}")
    foreach(name model.onnx manifest.json card.md)
        if(EXISTS "${FROM}/${name}")
            file(COPY "${FROM}/${name}" DESTINATION "${TO}")
        endif()
    endforeach()
else()
    message("no model in ${FROM}: the plug-in will say that the model is missing")
    file(REMOVE_RECURSE "${TO}")
endif()
