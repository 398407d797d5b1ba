/** What happens to a log outside its daily work: recovery after a crash, and what retention removes. */
package io.flotilla.log.maintain;
