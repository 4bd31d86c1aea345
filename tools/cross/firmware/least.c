/* The least that runs a model, with the families of operations that the compiler is told (FAMILIES), or all where it is told none: for
 * tools/cross/sizes, which links it and runs nothing. */
#include <crnn_link.h>

#ifdef FAMILIES
const crnn_linked crnn_linked_families = { .struct_size = sizeof(crnn_linked), FAMILIES };
#endif

extern const unsigned char model_file[], model_file_end[];
static _Alignas(CRNN_MEMORY_ALIGNMENT) unsigned char model_memory[4096], stream_memory[4096];
static float values[64];

int main(void) {
  crnn_requirements needs = { .struct_size = sizeof needs };
  crnn_stream_options options = CRNN_STREAM_OPTIONS_INITIALIZER;
  crnn_model *model;
  crnn_stream *stream;
  int64_t frames;
  const size_t bytes = (size_t)(model_file_end - model_file);
  const crnn_array in = crnn_array_2d(values, CRNN_F32, 1, 32), out = crnn_array_2d(values, CRNN_F32, 1, 32);
  return crnn_file_requirements(model_file, bytes, &options, &needs, NULL)
         || crnn_model_init(model_memory, sizeof model_memory, model_file, bytes, NULL, &model, NULL)
         || crnn_stream_init(model, stream_memory, sizeof stream_memory, &options, &stream, NULL)
         || crnn_stream_push(model, stream, 0, &in, NULL) || crnn_stream_finish(model, stream, 0, NULL)
         || crnn_stream_pull(model, stream, 0, &out, &frames, NULL) || crnn_stream_reset(model, stream, NULL);
}
