/* Tests/Golden/bad: files that break one rule of the reader each. Every later reader refuses them with the same status, wherever they are
 * read: from a path, from memory, or the first bytes alone. */
#include "checks.h"

static void refused(const char *name, const char *expected) {
  crnn_error error = CRNN_ERROR_INITIALIZER;
  crnn_model *model = NULL;
  char path[4096];
  size_t bytes = 0;
  snprintf(path, sizeof path, "%s/%s.bin", GOLDEN, name);
  const crnn_status opened = crnn_model_open(path, NULL, &model, &error);
  int same = strcmp(crnn_status_name(opened), expected) == 0;
  same = same && error.status == opened && (opened == CRNN_OK || strlen(error.message) > 10);
  crnn_model_destroy(model);

  unsigned char *file = checks_read(path, &bytes);
  static _Alignas(CRNN_MEMORY_ALIGNMENT) unsigned char memory[1 << 16];
  same = same && crnn_model_init(memory, sizeof memory, file, bytes, NULL, &model, &error) == opened;
  /* What only the weights show, the first bytes do not. */
  crnn_requirements requirements = { .struct_size = sizeof requirements };
  const crnn_status first = crnn_file_requirements(file, bytes, NULL, &requirements, &error);
  same = same && (first == opened || (first == CRNN_OK && opened != CRNN_ERROR_FILE_MALFORMED));
  free(file);
  printf("%s %s", same ? "ok" : "not ok", name);
  if (!same) printf(": %s, expected %s; %s", crnn_status_name(opened), expected, error.message);
  puts("");
  checks_failed_tests += !same;
}

int main(int count, char **arguments) {
  checks_begin(count, arguments);
  char name[128], status[64];
  FILE *table = fopen(GOLDEN "/expected.txt", "r");
  if (!table) {
    puts("not ok " GOLDEN "/expected.txt cannot be read");
    return 1;
  }
  while (fscanf(table, "%127s %63s", name, status) == 2) refused(name, status);
  fclose(table);
  return checks_failed_tests > 0;
}
