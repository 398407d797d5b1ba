/** What watches over Flotilla from outside: the simulator and the checker, which ship with it, and the tests of the whole. */
package io.flotilla.itests;
