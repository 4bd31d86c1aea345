/* Reads lines of text from PNG and JPEG files with a packed model that carries its alphabet and its recipe for images; with a lexicon,
 * only words of it. Memory does not grow with the number of files.
 *
 *     cc read.c -lcrnn_image -lcrnn -o read
 *     cc read.c libcrnn_image.a libcrnn.a -lpng -ljpeg -o read        (statically)
 *     ./read lines.crnn line.png
 *     ./read -w 16 -l words.lexicon lines.crnn page/line-*.png        ("crnn language" packs word lists)
 *
 * One line for each file, in their order: its name, the text, its probability, and where in the picture each character was seen, with
 * tabs between them: h:0-18 stands for an h in the columns 0 to 17. A file that cannot be read is named on standard error and the rest
 * goes on; the exit status is then 1.
 */
#define _POSIX_C_SOURCE 200809L

#include <crnn_image.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { BATCH = 64 }; /* files that are read before their lines are written */

static int fail(const char *subject, const char *message) {
  fprintf(stderr, "%s: %s\n", subject, message);
  return 1;
}

/* All of a file, from malloc, which aligns it well enough for a lexicon; NULL where it cannot be read. */
static void *content(const char *path, size_t *bytes) {
  FILE *file = fopen(path, "rb");
  long length = file != NULL && fseek(file, 0, SEEK_END) == 0 ? ftell(file) : -1;
  char *memory = length > 0 ? malloc((size_t)length) : NULL;
  *bytes = length > 0 ? (size_t)length : 0;
  if (memory != NULL && (fseek(file, 0, SEEK_SET) != 0 || fread(memory, 1, *bytes, file) != *bytes)) {
    free(memory);
    memory = NULL;
  }
  if (file != NULL) fclose(file);
  return memory;
}

static void print_line(const char *path, const crnn_read_text *best) {
  const crnn_ctc_result *result = &best->result;
  printf("%s\t%s\t%.4f\t", path, result->text, result->confidence);
  for (int32_t index = 0; index < result->symbol_count; index++) {
    const crnn_ctc_symbol *symbol = &result->symbols[index];
    const crnn_image_box *box = &best->boxes[index];
    printf("%s%.*s:%d-%d", index > 0 ? " " : "", (int)symbol->text_bytes, result->text + symbol->text_offset, (int)box->left,
           (int)box->right);
  }
  printf("\n");
}

int main(int count, char **arguments) {
  static crnn_read_item items[BATCH];
  static crnn_reading lines[BATCH];
  static crnn_error errors[BATCH];
  crnn_error error = CRNN_ERROR_INITIALIZER;
  crnn_ctc_options decoding = CRNN_CTC_OPTIONS_INITIALIZER; /* width 0: greedily */
  crnn_read_options options = CRNN_READ_OPTIONS_INITIALIZER;
  crnn_model *model;
  void *lexicon = NULL;
  options.decoding = &decoding;

  for (int option; (option = getopt(count, arguments, "w:l:")) != -1;) {
    if (option == 'w') decoding.width = (int32_t)strtol(optarg, NULL, 10);
    if (option == 'l') {
      free(lexicon);
      decoding.lexicon = lexicon = content(optarg, &decoding.lexicon_bytes);
      if (lexicon == NULL) return fail(optarg, "the lexicon cannot be read");
    }
    if (option == '?') return 2;
  }
  if (count - optind < 2) {
    fprintf(stderr, "usage: %s [-w WIDTH] [-l LEXICON] MODEL.crnn IMAGE…\n", arguments[0]);
    return 2;
  }
  const char *path = arguments[optind++];
  if (crnn_abi_check(CRNN_HEADER_VERSION)) return fail("libcrnn", "not the version this program was compiled for");
  if (crnn_model_open(path, NULL, &model, &error)) return fail(path, error.message);
  /* Without items: whether the model reads lines, and takes the lexicon. */
  if (crnn_read_batch(model, &options, NULL, 0, &error)) return fail(path, error.message);

  int failures = 0;
  for (int first = optind; first < count; first += BATCH) {
    int files = count - first < BATCH ? count - first : BATCH;
    for (int index = 0; index < files; index++) {
      errors[index] = (crnn_error)CRNN_ERROR_INITIALIZER;
      lines[index] = (crnn_reading)CRNN_READING_INITIALIZER;
      items[index] = (crnn_read_item)CRNN_READ_ITEM_INITIALIZER;
      items[index].path = arguments[first + index];
      items[index].reading = &lines[index];
      items[index].error = &errors[index];
    }
    /* What it returns is the status of its first item: each has its own. classify.c lends it threads. */
    crnn_read_batch(model, &options, items, files, NULL);
    for (int index = 0; index < files; index++) {
      if (items[index].status != CRNN_OK) failures += fail(items[index].path, errors[index].message);
      else print_line(items[index].path, &lines[index].texts[0]);
      crnn_reading_free(&lines[index]);
    }
  }
  crnn_model_destroy(model);
  free(lexicon);
  return failures > 0;
}
