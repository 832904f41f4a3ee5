# The package: what the modules install, and the extension's description.
get_property(packaged GLOBAL PROPERTY SLICER_FAKE_LISTED)
slicer_fake_check_listed(${CMAKE_SOURCE_DIR} packaged Resources/Models/* Resources/Standard/*)

string(REPLACE ";" " " depends "${EXTENSION_DEPENDS}")
file(WRITE ${CMAKE_BINARY_DIR}/${EXTENSION_NAME}.s4ext
  "homepage ${EXTENSION_HOMEPAGE}\n"
  "contributors ${EXTENSION_CONTRIBUTORS}\n"
  "depends ${depends}\n"
  "description ${EXTENSION_DESCRIPTION}\n")
install(FILES ${CMAKE_BINARY_DIR}/${EXTENSION_NAME}.s4ext DESTINATION share/Slicer-${Slicer_VERSION})
set(CPACK_GENERATOR TGZ)
set(CPACK_PACKAGE_NAME ${EXTENSION_NAME})
include(CPack)
