# SPDX-License-Identifier: AGPL-3.0-or-later
if(LUMIVERB_SANITIZE)
    add_compile_options(-fsanitize=${LUMIVERB_SANITIZE} -fno-omit-frame-pointer -g)
    add_link_options(-fsanitize=${LUMIVERB_SANITIZE})
endif()
