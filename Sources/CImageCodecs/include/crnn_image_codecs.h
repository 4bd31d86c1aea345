/* libpng and libjpeg behind plain functions. Both report errors by longjmp, which must not cross a Swift frame: it stays
 * inside the C files of this target, and what comes out is a result code and a sentence. */
#ifndef CRNN_IMAGE_CODECS_H
#define CRNN_IMAGE_CODECS_H

#include <stddef.h>
#include <stdint.h>
#if !defined(__wasm__)
#include <stdlib.h>
#endif

typedef enum crnn_codec_result {
  CRNN_CODEC_OK = 0,
  CRNN_CODEC_CANNOT_READ = 1,
  CRNN_CODEC_UNKNOWN_FORMAT = 2,
  CRNN_CODEC_DAMAGED = 3,
  CRNN_CODEC_TOO_LARGE = 4,
  CRNN_CODEC_UNSUPPORTED = 5,
  CRNN_CODEC_NO_MEMORY = 6
} crnn_codec_result;

/* How an image is to be decoded. */
typedef struct crnn_codec_options {
  int64_t maximum_pixels, maximum_bytes;
  int32_t is_stored; /* 1: as it is stored, whatever EXIF says */
  /* 1: a JPEG may be decoded at a fraction of its size, as long as width and height (either of them, where `fits_either`) stay at
   * least these; 0: any. They are of the upright image. */
  int32_t is_reduced;
  int32_t least_width, least_height, fits_either;
} crnn_codec_options;

typedef struct crnn_codec_image {
  int32_t width, height, channels;
  int32_t full_width, full_height; /* what it would have in its whole size */
  uint8_t *pixels; /* from malloc; height x width x channels, no gaps */
  char detail[160];/* what went wrong, in the codec's words; NUL-terminated */
} crnn_codec_image;

/* Decodes the file at `path`, or `count` bytes at `bytes`, into `image`. On failure `pixels` is NULL and `detail` tells why. */
crnn_codec_result crnn_codec_decode_file(const char *path, const crnn_codec_options *options, crnn_codec_image *image);
crnn_codec_result crnn_codec_decode_memory(const uint8_t *bytes, size_t count, const crnn_codec_options *options,
                                           crnn_codec_image *image);

/* The heap, for Swift code that must also build without an allocating runtime. */
#if defined(__wasm__)
/* There is no C library: who loads the module lends the memory (bindings/js), or answers NULL. */
__attribute__((import_module("env"), import_name("allocate"))) void *crnn_codec_allocate(size_t bytes);
__attribute__((import_module("env"), import_name("free"))) void crnn_codec_free(void *memory);
#else
static inline void *crnn_codec_allocate(size_t bytes) { return malloc(bytes != 0 ? bytes : 1); }
static inline void crnn_codec_free(void *memory) { free(memory); }
#endif

#endif
