/** Root of the {@code broker} module. */
package io.flotilla.broker;
