/** Child processes that train a network: started, asked, timed, ended. */
package dev.lockstep.bridge.program;
