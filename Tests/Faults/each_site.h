/* An attempt is repeated with each call of the system failing in it, one after the other. */
#ifndef EACH_SITE_H
#define EACH_SITE_H

#include "checks.h"
#include "faults.h"

/* Does one thing whole, and gives back all that it took; what it left untouched on error, and gave without one, it checks itself. */
typedef crnn_status attempt(void *context, crnn_error *error);

/* What a call may answer where the function called `failed` did. Nothing but the wrong end of a file may make it seem damaged. */
static inline int each_site_expects(const char *failed, crnn_status status) {
  if (strstr(failed, "alloc") || strstr(failed, "memalign") || strcmp(failed, "mmap") == 0) return status == CRNN_ERROR_MEMORY;
  if (strcmp(failed, "close") == 0) return 0;
  if (strstr(failed, "end of")) return (status >= 200 && status < 300) || (status >= 600 && status < 700);
  return status == CRNN_ERROR_OPEN;
}

static inline void each_site(const char *name, attempt *attempt, void *context) {
  unsigned long sites = 0, refused = 0;
  for (unsigned long at = 0; at <= sites; at++) {
    crnn_error error = CRNN_ERROR_INITIALIZER;
    faults_begin("memory,map,open,read,end,file", at);
    const crnn_status status = attempt(context, &error);
    const faults seen = faults_end();
    if (at == 0) sites = seen.sites;
    const int is_clean = seen.blocks == 0 && seen.mappings == 0 && seen.descriptors == 0;
    const int is_told = status == CRNN_OK || (error.status == status && strlen(error.message) > 10);
    /* Some can be done without: the answer is then the whole one. */
    const int is_fitting = status == CRNN_OK || (seen.failed && each_site_expects(seen.failed, status));
    if (!is_clean || !is_told || !is_fitting || (at > 0) != (seen.failed != NULL)) {
      printf("  %s, call %lu of %lu (%s): %s '%s', %+ld blocks, %+ld mappings, %+ld descriptors\n", name, at, sites,
             seen.failed ? seen.failed : "none", crnn_status_name(status), error.message, seen.blocks, seen.mappings, seen.descriptors);
      CHECK(!"clean");
    }
    refused += status != CRNN_OK;
  }
  printf("  %s: %lu calls, each failed once; %lu times the answer was an error\n", name, sites, refused);
  CHECK(sites > 0 && refused > 0);
}

#endif
