# What an extension includes as ${Slicer_USE_FILE}. Beyond Slicer's own checks, configuring fails when
#   - one of the EXTENSION_ texts is missing,
#   - a Python file in a module's folder is not listed in SCRIPTS (Slicer would leave it out of the package),
#   - a file in a module's Resources, or in the extension's Resources/Models or Resources/Standard, is listed nowhere.
# Folders that no package is meant to hold are named in SLICER_FAKE_UNPACKAGED, from the top of the sources.
# A file that appears later makes the next build configure anew, so that the build fails too.

if(NOT EXTENSION_NAME)
  set(EXTENSION_NAME ${PROJECT_NAME})
endif()
foreach(text HOMEPAGE CONTRIBUTORS DESCRIPTION ICONURL SCREENSHOTURLS)
  if("${EXTENSION_${text}}" STREQUAL "")
    message(FATAL_ERROR "EXTENSION_${text} is not set")
  endif()
endforeach()
include(CTest)

# Fails for files that match and are not among the listed ones: slicer_fake_check_listed(<folder> <list> <patterns> ...)
function(slicer_fake_check_listed folder listed)
  list(TRANSFORM ARGN PREPEND ${folder}/ OUTPUT_VARIABLE patterns)
  file(GLOB_RECURSE found CONFIGURE_DEPENDS ${patterns})
  foreach(unpackaged IN LISTS SLICER_FAKE_UNPACKAGED)
    list(FILTER found EXCLUDE REGEX "^${CMAKE_SOURCE_DIR}/${unpackaged}/")
  endforeach()
  foreach(file IN LISTS found)
    if(NOT file IN_LIST ${listed} AND NOT file MATCHES "/__pycache__/")
      file(RELATIVE_PATH name ${CMAKE_SOURCE_DIR} ${file})
      message(FATAL_ERROR "${name} is listed in no SCRIPTS and no RESOURCES: it would be missing from the package")
    endif()
  endforeach()
endfunction()

function(slicerMacroBuildScriptedModule)
  cmake_parse_arguments(MODULE "WITH_GENERIC_TESTS;WITH_SUBDIR;VERBOSE" "NAME" "SCRIPTS;RESOURCES" ${ARGN})
  if(MODULE_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "Unknown keywords given to slicerMacroBuildScriptedModule(): ${MODULE_UNPARSED_ARGUMENTS}")
  endif()
  if(NOT MODULE_NAME)
    message(FATAL_ERROR "NAME is mandatory")
  endif()

  set(modules ${CMAKE_BINARY_DIR}/${Slicer_QTSCRIPTEDMODULES_LIB_DIR})
  set(target ${modules})
  set(subdir)
  if(MODULE_WITH_SUBDIR)  # a package beside the modules, as Slicer's own DICOMLib
    get_filename_component(subdir ${CMAKE_CURRENT_SOURCE_DIR} NAME)
    set(target ${modules}/${subdir})
  endif()

  set(sources)
  set(copies)
  foreach(file IN LISTS MODULE_SCRIPTS MODULE_RESOURCES)
    get_filename_component(source ${file} ABSOLUTE)
    get_filename_component(copy ${target}/${file} ABSOLUTE)
    if(NOT EXISTS ${source})
      message(FATAL_ERROR "slicerMacroBuildScriptedModule given nonexistent file or directory '${file}'")
    endif()
    add_custom_command(OUTPUT ${copy} DEPENDS ${source} COMMAND ${CMAKE_COMMAND} -E copy ${source} ${copy})
    list(APPEND sources ${source})
    list(APPEND copies ${copy})
  endforeach()
  slicer_fake_check_listed(${CMAKE_CURRENT_SOURCE_DIR} sources *.py Resources/*)
  set_property(GLOBAL APPEND PROPERTY SLICER_FAKE_LISTED ${sources})
  add_custom_target(${MODULE_NAME} ALL DEPENDS ${copies})
  install(DIRECTORY ${target}/ DESTINATION ${Slicer_INSTALL_QTSCRIPTEDMODULES_LIB_DIR}/${subdir}
    USE_SOURCE_PERMISSIONS PATTERN __pycache__ EXCLUDE)

  if(BUILD_TESTING AND MODULE_WITH_GENERIC_TESTS)
    add_test(NAME py_nomainwindow_qSlicer${MODULE_NAME}ModuleGenericTest
      COMMAND ${Slicer_LAUNCHER_EXECUTABLE} --no-splash --testing --no-main-window --disable-cli-modules
        --additional-module-path ${modules}
        --python-code "import slicer; slicer.util.getModule('${MODULE_NAME}').widgetRepresentation()")
  endif()
endfunction()

# slicer_add_python_unittest(SCRIPT <file> [TESTNAME_PREFIX <text>] [SLICER_ARGS <argument> ...])
function(slicer_add_python_unittest)
  cmake_parse_arguments(TEST "" "TESTNAME_PREFIX;SCRIPT" "SLICER_ARGS" ${ARGN})
  get_filename_component(name ${TEST_SCRIPT} NAME_WE)
  get_filename_component(script ${TEST_SCRIPT} ABSOLUTE)
  get_filename_component(folder ${script} DIRECTORY)
  add_test(NAME py_${TEST_TESTNAME_PREFIX}${name}
    COMMAND ${Slicer_LAUNCHER_EXECUTABLE} --no-splash --testing ${TEST_SLICER_ARGS}
      --additional-module-paths ${CMAKE_BINARY_DIR}/${Slicer_QTSCRIPTEDMODULES_LIB_DIR}
      --python-code "import slicer.testing; slicer.testing.runUnitTest(['${CMAKE_CURRENT_BINARY_DIR}', '${folder}'], '${name}')")
  set_tests_properties(py_${TEST_TESTNAME_PREFIX}${name} PROPERTIES RUN_SERIAL TRUE)
endfunction()

# slicer_add_python_test(SCRIPT <file> [TESTNAME_PREFIX <text>] [SLICER_ARGS <argument> ...] [SCRIPT_ARGS <argument> ...])
function(slicer_add_python_test)
  cmake_parse_arguments(TEST "" "TESTNAME_PREFIX;SCRIPT" "SLICER_ARGS;SCRIPT_ARGS" ${ARGN})
  get_filename_component(name ${TEST_SCRIPT} NAME_WE)
  get_filename_component(script ${TEST_SCRIPT} ABSOLUTE)
  add_test(NAME py_${TEST_TESTNAME_PREFIX}${name}
    COMMAND ${Slicer_LAUNCHER_EXECUTABLE} --no-splash --testing ${TEST_SLICER_ARGS}
      --additional-module-paths ${CMAKE_BINARY_DIR}/${Slicer_QTSCRIPTEDMODULES_LIB_DIR}
      --python-script ${script} ${TEST_SCRIPT_ARGS})
  set_tests_properties(py_${TEST_TESTNAME_PREFIX}${name} PROPERTIES RUN_SERIAL TRUE)
endfunction()
