#include "semihosting.h"

int puts(const char *text) {
  semihosting_write(text);
  semihosting_write("\n");
  return 0;
}
