/* A program that links some families of operations from the static library, and no others: models of these open and run, the others are
 * refused with what is missing. */
#include <crnn_link.h>

#include "checks.h"
#include "vectors.h"

const crnn_linked crnn_linked_families = {
  .struct_size = sizeof(crnn_linked),
  .dense = crnn_family_dense,
  .pointwise = crnn_family_pointwise,
};

static crnn_error error;

static crnn_status requirements_of(const vector *v, crnn_requirements *requirements) {
  const crnn_stream_options options = { sizeof options, 1, 0, 100 };
  *requirements = (crnn_requirements){ .struct_size = sizeof *requirements };
  error = (crnn_error)CRNN_ERROR_INITIALIZER;
  return crnn_file_requirements(v->model, v->bytes, &options, requirements, &error);
}

static crnn_status opening(const vector *v) {
  crnn_requirements requirements;
  crnn_model *model = NULL;
  const crnn_status status = requirements_of(v, &requirements);
  static _Alignas(CRNN_MEMORY_ALIGNMENT) unsigned char memory[1 << 16];
  CHECK(requirements.model_bytes <= sizeof memory);
  CHECK_STATUS(status, crnn_model_init(memory, sizeof memory, v->model, v->bytes, NULL, &model, &error));
  CHECK((model != NULL) == (status == CRNN_OK));
  return status;
}

static const vector *named(const char *name) {
  for (size_t i = 0; i < vector_count; i++) {
    if (strcmp(vectors[i].name, name) == 0) return &vectors[i];
  }
  printf("not ok there is no vector %s\n", name);
  exit(1);
}

static void models_of_the_linked_families_open(void) {
  static const char *const names[] = { "dense-u8", "dense-s16", "activations", "affine", "softmax" };
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) CHECK_STATUS(CRNN_OK, opening(named(names[i])));
}

static void others_are_refused_with_what_is_missing(void) {
  static const struct { const char *name, *operation; } others[] = {
    { "convolution-u8", "convolution" }, { "depthwise-u8", "depthwise" }, { "pools", "pool" }, { "lstm", "recurrent" },
    { "gru-after", "recurrent" }, { "simple", "recurrent" }, { "time-reductions", "time reduction" },
    { "frame-reductions", "frame reduction" }, { "embedding", "embedding" },
  };
  for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
    CHECK_STATUS(CRNN_ERROR_NOT_LINKED, opening(named(others[i].name)));
    CHECK(error.status == CRNN_ERROR_NOT_LINKED);
    if (!strstr(error.message, others[i].operation) || !strstr(error.message, "crnn_link.h")) {
      printf("  %s: %s\n", others[i].name, error.message);
      checks_failed_here = 1;
    }
  }
}

/* Whatever a model holds, it opens or is refused for this one reason. */
static void every_model_opens_or_is_refused(void) {
  size_t opened = 0;
  for (size_t i = 0; i < vector_count; i++) {
    const crnn_status status = opening(&vectors[i]);
    CHECK(status == CRNN_OK || status == CRNN_ERROR_NOT_LINKED);
    opened += status == CRNN_OK;
  }
  CHECK(opened >= 5 && opened < vector_count / 2);
}

static void what_opens_runs(void) {
  const vector *v = named("dense-u8");
  crnn_requirements requirements;
  crnn_model *model = NULL;
  static _Alignas(CRNN_MEMORY_ALIGNMENT) unsigned char memory[1 << 16];
  CHECK_STATUS(CRNN_OK, requirements_of(v, &requirements));
  CHECK_STATUS(CRNN_OK, crnn_model_init(memory, sizeof memory, v->model, v->bytes, NULL, &model, &error));
  float in[64] = { 0 }, out[64];
  crnn_port_info input = { .struct_size = sizeof input }, output = { .struct_size = sizeof output };
  CHECK_STATUS(CRNN_OK, crnn_model_port(model, CRNN_INPUT, 0, &input, &error));
  CHECK_STATUS(CRNN_OK, crnn_model_port(model, CRNN_OUTPUT, 0, &output, &error));
  crnn_array from = { sizeof from, in, CRNN_F32, input.rank + 1, { 1 }, { 0 } };
  crnn_array to = { sizeof to, out, CRNN_F32, output.rank + 1, { 1 }, { 0 } };
  int64_t given = 1, taken = 1;
  for (int32_t axis = 0; axis < input.rank; axis++) given *= from.shape[axis + 1] = input.shape[axis];
  for (int32_t axis = 0; axis < output.rank; axis++) taken *= to.shape[axis + 1] = output.shape[axis];
  CHECK(given <= 64 && taken <= 64);
  CHECK_STATUS(CRNN_OK, crnn_run(model, &from, 1, &to, 1, &error));
}

int main(int count, char **arguments) {
  checks_begin(count, arguments);
  TEST(models_of_the_linked_families_open);
  TEST(others_are_refused_with_what_is_missing);
  TEST(every_model_opens_or_is_refused);
  TEST(what_opens_runs);
  return checks_failed_tests > 0;
}
