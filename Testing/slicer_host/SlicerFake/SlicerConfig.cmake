# Stands for Slicer's build tree, so that an extension written in Python can be configured, built, tested and packed:
#   cmake -S <extension> -B <build> -DSlicer_DIR=<this folder>
# Its macros have the names, arguments and results of Slicer's; UseSlicer.cmake says what it checks beyond them.

set(Slicer_VERSION_MAJOR 5)
set(Slicer_VERSION_MINOR 12)
set(Slicer_VERSION ${Slicer_VERSION_MAJOR}.${Slicer_VERSION_MINOR})
set(Slicer_USE_PYTHONQT TRUE)
set(Slicer_QTSCRIPTEDMODULES_LIB_DIR lib/Slicer-${Slicer_VERSION}/qt-scripted-modules)
set(Slicer_INSTALL_ROOT ./)
set(Slicer_INSTALL_QTSCRIPTEDMODULES_LIB_DIR ${Slicer_INSTALL_ROOT}${Slicer_QTSCRIPTEDMODULES_LIB_DIR})
set(Slicer_USE_FILE ${CMAKE_CURRENT_LIST_DIR}/UseSlicer.cmake)
set(Slicer_EXTENSION_GENERATE_CONFIG ${CMAKE_CURRENT_LIST_DIR}/GenerateConfig.cmake)
set(Slicer_EXTENSION_CPACK ${CMAKE_CURRENT_LIST_DIR}/ExtensionCPack.cmake)

# The program that behaves like Slicer; it runs the Python in the environment variable SLICER_HOST_PYTHON.
if(NOT DEFINED Slicer_LAUNCHER_EXECUTABLE)
  set(Slicer_LAUNCHER_EXECUTABLE ${CMAKE_CURRENT_LIST_DIR}/Slicer)
endif()
