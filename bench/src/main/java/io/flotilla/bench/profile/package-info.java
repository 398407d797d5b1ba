/** Where brokers spend their time: profiles taken while a workload runs, as stacks and as pictures. */
package io.flotilla.bench.profile;
