/**
 * Single operations of the hot paths, one class per part of the product. The same methods are measured by JMH
 * ({@code flotilla bench micro}) and, for what they allocate, held by tests.
 */
package io.flotilla.bench.micro;
