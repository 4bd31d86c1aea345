/* What is not a model file, or not a whole one, is named for what it is. */
#include "checksum.h"
#include "sequences.h"

static void opening(crnn_status expected, const char *path) {
  crnn_error error = CRNN_ERROR_INITIALIZER;
  crnn_model *model = (crnn_model *)&error;
  CHECK_STATUS(expected, crnn_model_open(path, NULL, &model, &error));
  CHECK(error.status == expected && strlen(error.message) > 10);
  CHECK(model == (crnn_model *)&error);
  CHECK_STATUS(expected, crnn_model_open(path, NULL, &model, NULL));
}

/* A file with these bytes, in the directory of the models. */
static void opening_bytes(crnn_status expected, const void *bytes, size_t count) {
  char path[4096];
  snprintf(path, sizeof path, "%s", checks_path("conformance.bytes"));
  FILE *file = fopen(path, "wb");
  CHECK(file != NULL);
  if (!file) return;
  CHECK(fwrite(bytes, 1, count, file) == count);
  fclose(file);
  opening(expected, path);
  remove(path);
}

static void files_that_cannot_be_opened(void) {
  opening(CRNN_ERROR_OPEN, "/nowhere/at/all.crnn");
  opening(CRNN_ERROR_OPEN, "");
  opening(CRNN_ERROR_OPEN, checks_directory);
}

static void files_that_are_not_models(void) {
  char text[1000];
  memset(text, 'x', sizeof text);
  opening_bytes(CRNN_ERROR_FILE_EMPTY, "", 0);
  opening_bytes(CRNN_ERROR_FILE_TRUNCATED, "CRNN", 4);
  opening_bytes(CRNN_ERROR_FILE_MAGIC, text, sizeof text);
}

static void truncated_files(void) {
  size_t bytes;
  unsigned char *file = checks_read(checks_path("stream.crnn"), &bytes);
  opening_bytes(CRNN_ERROR_FILE_TRUNCATED, file, 127);
  opening_bytes(CRNN_ERROR_FILE_TRUNCATED, file, 128);
  opening_bytes(CRNN_ERROR_FILE_TRUNCATED, file, bytes / 2);
  opening_bytes(CRNN_ERROR_FILE_TRUNCATED, file, bytes - 1);
  free(file);
}

static void damaged_files(void) {
  size_t bytes;
  unsigned char *file = checks_read(checks_path("stream.crnn"), &bytes);
  const crnn_file_header *header = (const crnn_file_header *)file;
  const size_t places[] = { 20, 140, header->prefix_size - 1u, header->prefix_size, bytes - 1 };
  for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
    file[places[i]] ^= 1;
    opening_bytes(CRNN_ERROR_FILE_CHECKSUM, file, bytes);
    file[places[i]] ^= 1;
  }
  free(file);
}

static void weights_damaged_where_the_check_was_deferred(void) {
  size_t bytes, memory_bytes = 0;
  unsigned char *file = checks_read(checks_path("stream.crnn"), &bytes);
  crnn_model_options options = CRNN_MODEL_OPTIONS_INITIALIZER;
  crnn_requirements requirements = { sizeof requirements, 0, 0, 0, 0 };
  crnn_model *model = NULL;
  options.defer_checksum = 1;
  CHECK_STATUS(CRNN_OK, crnn_file_requirements(file, bytes, NULL, &requirements, NULL));
  void *memory = aligned_alloc(64, (requirements.model_bytes + 63) / 64 * 64);
  CHECK_STATUS(CRNN_OK, crnn_model_init(memory, requirements.model_bytes, file, bytes, &options, &model, NULL));
  CHECK_STATUS(CRNN_OK, crnn_stream_size(model, NULL, &memory_bytes, NULL));
  void *stream = aligned_alloc(64, (memory_bytes + 63) / 64 * 64);
  CHECK_STATUS(CRNN_OK, crnn_model_check(model, stream, memory_bytes, NULL));
  CHECK_STATUS(CRNN_ERROR_CAPACITY, crnn_model_check(model, stream, memory_bytes - 1, NULL));
  file[bytes - 1] ^= 1;
  CHECK_STATUS(CRNN_ERROR_FILE_CHECKSUM, crnn_model_check(model, stream, memory_bytes, NULL));
  free(memory);
  free(stream);
  free(file);
}

static void newer_files(void) {
  size_t bytes;
  unsigned char *file = checks_read(checks_path("stream.crnn"), &bytes);
  crnn_file_header *header = (crnn_file_header *)file;
  const crnn_file_header good = *header;
  header->reader_version = CRNN_FORMAT_VERSION + 1;
  checksum_repair(file, bytes);
  opening_bytes(CRNN_ERROR_FILE_TOO_NEW, file, bytes);
  *header = good;
  header->numerics_revision = CRNN_NUMERICS_REVISION + 1;
  checksum_repair(file, bytes);
  opening_bytes(CRNN_ERROR_FILE_TOO_NEW, file, bytes);
  *header = good;
  header->features |= 1ull << CRNN_OP_COUNT;
  checksum_repair(file, bytes);
  opening_bytes(CRNN_ERROR_FILE_TOO_NEW, file, bytes);
  free(file);
}

static void versions_that_no_writer_writes(void) {
  size_t bytes;
  unsigned char *file = checks_read(checks_path("stream.crnn"), &bytes);
  crnn_file_header *header = (crnn_file_header *)file;
  const crnn_file_header good = *header;
  header->reader_version = 0;
  checksum_repair(file, bytes);
  opening_bytes(CRNN_ERROR_FILE_VERSION, file, bytes);
  *header = good;
  header->format_version = 0;
  checksum_repair(file, bytes);
  opening_bytes(CRNN_ERROR_FILE_VERSION, file, bytes);
  *header = good;
  header->numerics_revision = 0;
  checksum_repair(file, bytes);
  opening_bytes(CRNN_ERROR_FILE_VERSION, file, bytes);
  free(file);
}

static void requirements_from_the_first_bytes(void) {
  size_t bytes;
  unsigned char *file = checks_read(checks_path("stream.crnn"), &bytes);
  crnn_requirements first = { sizeof first, 0, 0, 0, 0 }, all = first;
  CHECK_STATUS(CRNN_ERROR_FILE_TRUNCATED, crnn_file_requirements(file, 128, NULL, &first, NULL));
  CHECK(first.prefix_bytes > 128 && first.prefix_bytes <= bytes);
  CHECK_STATUS(CRNN_OK, crnn_file_requirements(file, (size_t)first.prefix_bytes, NULL, &all, NULL));
  CHECK(all.prefix_bytes == first.prefix_bytes && all.file_bytes == bytes);
  CHECK(all.model_bytes > 0 && all.stream_bytes > 0);
  crnn_model *model = checks_open("stream.crnn", NULL);
  size_t stream_bytes = 0;
  CHECK_STATUS(CRNN_OK, crnn_stream_size(model, NULL, &stream_bytes, NULL));
  CHECK(stream_bytes == all.stream_bytes);
  crnn_model_destroy(model);
  free(file);
}

int main(int count, char **arguments) {
  checks_begin(count, arguments);
  TEST(files_that_cannot_be_opened);
  TEST(files_that_are_not_models);
  TEST(truncated_files);
  TEST(damaged_files);
  TEST(weights_damaged_where_the_check_was_deferred);
  TEST(newer_files);
  TEST(versions_that_no_writer_writes);
  TEST(requirements_from_the_first_bytes);
  return checks_failed_tests != 0;
}
