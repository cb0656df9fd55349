@echo off
rem Starts lockstep on Windows. Untested: please report what does not work.
rem Builds on first use; delete experiments\target\lockstep.jar to build again.
setlocal
set HOME_DIR=%~dp0
if not exist "%HOME_DIR%experiments\target\lockstep.jar" (
  echo lockstep: building ^(the first time downloads about 250 MB^) ... 1>&2
  pushd "%HOME_DIR%"
  call mvnw.cmd -B -ntp -q package dependency:build-classpath -Dgates.skip=true -Dmaven.test.skip=true -Dmdep.includeScope=runtime -Dmdep.outputFile=target/runtime-classpath 1>&2
  if errorlevel 1 exit /b 3
  popd
)
if "%OMP_NUM_THREADS%"=="" set OMP_NUM_THREADS=1
set /p CLASS_PATH=<"%HOME_DIR%experiments\target\runtime-classpath"
java -XX:+UseParallelGC -Dorg.bytedeco.javacpp.maxphysicalbytes=0 %LOCKSTEP_JAVA_OPTS% -cp "%HOME_DIR%experiments\target\lockstep.jar;%CLASS_PATH%" dev.lockstep.experiments.cli.Main %*
exit /b %ERRORLEVEL%
