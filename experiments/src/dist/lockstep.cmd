@echo off
rem Starts lockstep from its distribution. Reviewed, not run on Windows: please report what does not work.
setlocal
if "%OMP_NUM_THREADS%"=="" set OMP_NUM_THREADS=1
set JAVA=java
if not "%JAVA_HOME%"=="" set JAVA="%JAVA_HOME%\bin\java"
%JAVA% -XX:+UseParallelGC -Dorg.bytedeco.javacpp.maxphysicalbytes=0 %LOCKSTEP_JAVA_OPTS% -cp "%~dp0lib\*" dev.lockstep.experiments.cli.Main %*
exit /b %ERRORLEVEL%
