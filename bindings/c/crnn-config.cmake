# find_package(crnn): the targets crnn::crnn, crnn::image, crnn::convert and, where the static libraries are installed, crnn::crnn_static and
# crnn::image_static. Works wherever the installation is moved to.
get_filename_component(_crnn_prefix "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)

function(_crnn_import target kind file)
  if(NOT TARGET ${target} AND EXISTS "${_crnn_prefix}/lib/${file}")
    add_library(${target} ${kind} IMPORTED)
    set_target_properties(${target} PROPERTIES
      IMPORTED_LOCATION "${_crnn_prefix}/lib/${file}"
      INTERFACE_INCLUDE_DIRECTORIES "${_crnn_prefix}/include"
      INTERFACE_LINK_LIBRARIES "${ARGN}")
  endif()
endfunction()

_crnn_import(crnn::crnn SHARED libcrnn.so)
_crnn_import(crnn::crnn_static STATIC libcrnn.a)
_crnn_import(crnn::image SHARED libcrnn_image.so crnn::crnn)
_crnn_import(crnn::convert SHARED libcrnn_convert.so)
_crnn_import(crnn::image_static STATIC libcrnn_image.a crnn::crnn_static png jpeg)

if(NOT TARGET crnn::crnn AND NOT TARGET crnn::crnn_static)
  set(crnn_FOUND FALSE)
  set(crnn_NOT_FOUND_MESSAGE "there is no libcrnn in ${_crnn_prefix}/lib")
endif()
