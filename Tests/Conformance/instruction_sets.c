/* Every instruction set that this processor has gives the same bits as "reference". */
#include "sequences.h"

static void all_give_the_same_bits(void) {
  static const char *const models[] = { "stream.crnn", "last.crnn", "bounded.crnn", "pair.crnn", "rates.crnn",
                                        "wide.crnn" };
  CHECK(crnn_isa_count() >= 2);
  CHECK(strcmp(crnn_isa_name(0), "reference") == 0);
  for (size_t m = 0; m < sizeof models / sizeof *models; m++) {
    crnn_model *reference = checks_open(models[m], "reference");
    sequence expected = sequence_begin(reference, SEQUENCE_FRAMES);
    sequence_run(&expected);
    for (int32_t i = 1; i < crnn_isa_count(); i++) {
      if (!crnn_isa_supported(i)) {
        checks_skip(crnn_isa_name(i), "this processor does not have this instruction set");
        continue;
      }
      crnn_model *model = checks_open(models[m], crnn_isa_name(i));
      CHECK(strcmp(crnn_model_isa(model), crnn_isa_name(i)) == 0);
      sequence actual = sequence_begin(model, SEQUENCE_FRAMES);
      sequence_run(&actual);
      CHECK(sequence_equal(&expected, &actual));
      sequence_end(&actual);
      crnn_model_destroy(model);
    }
    sequence_end(&expected);
    crnn_model_destroy(reference);
  }
}

/* On every instruction set, whether it gains by it or not. */
static void prepared_weights_give_the_same_bits(void) {
  for (int32_t i = 0; i < crnn_isa_count(); i++) {
    if (!crnn_isa_supported(i)) continue;
    crnn_error error = CRNN_ERROR_INITIALIZER;
    crnn_model *model = checks_open("wide.crnn", crnn_isa_name(i));
    sequence expected = sequence_begin(model, SEQUENCE_FRAMES), actual = sequence_begin(model, SEQUENCE_FRAMES);
    sequence_run(&expected);
    size_t bytes = 1;
    CHECK_STATUS(CRNN_OK, crnn_model_prepare_size(model, &bytes, &error));
    void *memory = aligned_alloc(64, (bytes + 127) / 64 * 64);
    memset(memory, 0, bytes); /* the call looks whether these weights stand there already */
    CHECK_STATUS(CRNN_OK, crnn_model_prepare(model, memory, bytes, &error));
    sequence_run(&actual);
    CHECK(sequence_equal(&expected, &actual));
    if (bytes > 0) {
      CHECK_STATUS(CRNN_ERROR_CAPACITY, crnn_model_prepare(model, memory, bytes - 1, &error));
      CHECK_STATUS(CRNN_ERROR_ALIGNMENT, crnn_model_prepare(model, (char *)memory + 16, bytes, &error));
    }
    sequence_end(&expected);
    sequence_end(&actual);
    crnn_model_destroy(model);
    free(memory);
  }
}

static void names_out_of_range(void) {
  crnn_error error = CRNN_ERROR_INITIALIZER;
  crnn_model_options options = CRNN_MODEL_OPTIONS_INITIALIZER;
  crnn_model *model = NULL;
  CHECK(crnn_isa_name(-1) == NULL);
  CHECK(crnn_isa_name(crnn_isa_count()) == NULL);
  CHECK(crnn_isa_supported(-1) == 0);
  CHECK(crnn_isa_supported(crnn_isa_count()) == 0);
  CHECK(crnn_isa_supported(0) == 1);
  options.isa = "no such set";
  CHECK_STATUS(CRNN_ERROR_ISA, crnn_model_open(checks_path("stream.crnn"), &options, &model, &error));
  CHECK(model == NULL && strstr(error.message, "no such set") != NULL);
}

static void the_environment_chooses(void) {
  setenv("CRNN_ISA", "reference", 1);
  crnn_model *model = checks_open("stream.crnn", NULL);
  CHECK(strcmp(crnn_model_isa(model), "reference") == 0);
  crnn_model_destroy(model);
  setenv("CRNN_ISA", "no such set", 1);
  model = checks_open("stream.crnn", "reference");
  CHECK(strcmp(crnn_model_isa(model), "reference") == 0);
  crnn_model_destroy(model);
  crnn_model *none = NULL;
  CHECK_STATUS(CRNN_ERROR_ISA, crnn_model_open(checks_path("stream.crnn"), NULL, &none, NULL));
  unsetenv("CRNN_ISA");
}

int main(int count, char **arguments) {
  checks_begin(count, arguments);
  TEST(all_give_the_same_bits);
  TEST(prepared_weights_give_the_same_bits);
  TEST(names_out_of_range);
  TEST(the_environment_chooses);
  return checks_failed_tests != 0;
}
