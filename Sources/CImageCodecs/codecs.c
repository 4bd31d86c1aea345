#define _POSIX_C_SOURCE 200809L

#include "codecs.h"

#include <errno.h>
#include <string.h>

size_t crnn_codec_read(crnn_codec_source *source, void *target, size_t wanted) {
  size_t rest = source->count - source->position;
  size_t taken = wanted < rest ? wanted : rest;
  if (taken != 0) memcpy(target, (source->file != NULL ? source->start : source->bytes) + source->position, taken);
  source->position += taken;
  while (source->file != NULL && taken < wanted) {
    taken += fread((uint8_t *)target + taken, 1, wanted - taken, source->file);
    if (taken == wanted || !ferror(source->file)) break;
    source->failure = errno;
    if (errno != EINTR) break;
    clearerr(source->file);
  }
  return taken;
}

crnn_codec_result crnn_codec_end_early(const crnn_codec_source *source, crnn_codec_image *image) {
  if (source->file == NULL || !ferror(source->file)) return crnn_codec_fail(image, CRNN_CODEC_DAMAGED, "it ends too early");
  return crnn_codec_fail(image, CRNN_CODEC_CANNOT_READ, "%s", strerror(source->failure));
}

crnn_codec_result crnn_codec_fail(crnn_codec_image *image, crnn_codec_result result, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(image->detail, sizeof image->detail, format, arguments);
  va_end(arguments);
  return result;
}

crnn_codec_result crnn_codec_allocate_pixels(crnn_codec_image *image, int64_t width, int64_t height, int32_t channels, uint64_t more,
                                             const crnn_codec_options *options) {
  if (width < 1 || height < 1 || width > INT32_MAX || height > INT32_MAX) {
    return crnn_codec_fail(image, CRNN_CODEC_DAMAGED, "it states a size of %lld x %lld", (long long)width, (long long)height);
  }
  if (width > options->maximum_pixels / height) {
    return crnn_codec_fail(image, CRNN_CODEC_TOO_LARGE, "%lld x %lld pixels; the limit is %lld in all (maximum_pixels)",
                           (long long)width, (long long)height, (long long)options->maximum_pixels);
  }
  /* The limit lets width * height * 4 fit into 63 bits; a 32-bit size_t may still be too small. */
  uint64_t bytes = (uint64_t)width * (uint64_t)height * (uint64_t)channels;
  if (bytes > (uint64_t)options->maximum_bytes || more > (uint64_t)options->maximum_bytes - bytes) {
    return crnn_codec_fail(image, CRNN_CODEC_TOO_LARGE, "%lld x %lld pixels need %llu bytes; the limit is %lld (maximum_bytes)",
                           (long long)width, (long long)height, (unsigned long long)(bytes + more),
                           (long long)options->maximum_bytes);
  }
  uint8_t *pixels = bytes <= SIZE_MAX ? malloc((size_t)bytes) : NULL;
  if (pixels == NULL) {
    return crnn_codec_fail(image, CRNN_CODEC_NO_MEMORY, "no memory for %lld x %lld pixels", (long long)width,
                           (long long)height);
  }
  image->width = image->full_width = (int32_t)width;
  image->height = image->full_height = (int32_t)height;
  image->channels = channels;
  image->pixels = pixels;
  return CRNN_CODEC_OK;
}

/* The first bytes tell the format; the codec then reads them again. */
static crnn_codec_result decode(crnn_codec_source *source, const crnn_codec_options *options, crnn_codec_image *image) {
  static const uint8_t png[8] = { 0x89, 'P', 'N', 'G', 0x0D, 0x0A, 0x1A, 0x0A };
  static const uint8_t jpeg[3] = { 0xFF, 0xD8, 0xFF };
  uint8_t start[8] = { 0 };
  size_t count = crnn_codec_read(source, start, sizeof start);

  if (source->file != NULL && ferror(source->file)) return crnn_codec_end_early(source, image);
  if (count == 0) return crnn_codec_fail(image, CRNN_CODEC_UNKNOWN_FORMAT, "it is empty");
  int is_png = count >= sizeof png && memcmp(start, png, sizeof png) == 0;
  int is_jpeg = count >= sizeof jpeg && memcmp(start, jpeg, sizeof jpeg) == 0;
  if (!is_png && !is_jpeg) {
    return crnn_codec_fail(image, CRNN_CODEC_UNKNOWN_FORMAT, "it starts with the bytes %02X %02X %02X %02X", start[0],
                           start[1], start[2], start[3]);
  }
  if (source->file != NULL) {
    memcpy(source->start, start, sizeof start);
    source->count = count;
  }
  source->position = 0;
  return is_png ? crnn_codec_decode_png(source, options, image) : crnn_codec_decode_jpeg(source, options, image);
}

crnn_codec_result crnn_codec_decode_file(const char *path, const crnn_codec_options *options, crnn_codec_image *image) {
  memset(image, 0, sizeof *image);
  crnn_codec_source source = { fopen(path, "rbe"), 0, NULL, 0, 0, { 0 } };
  if (source.file == NULL) {
    return crnn_codec_fail(image, errno == ENOMEM ? CRNN_CODEC_NO_MEMORY : CRNN_CODEC_CANNOT_READ, "%s", strerror(errno));
  }
  crnn_codec_result result = decode(&source, options, image);
  fclose(source.file);
  return result;
}

crnn_codec_result crnn_codec_decode_memory(const uint8_t *bytes, size_t count, const crnn_codec_options *options,
                                           crnn_codec_image *image) {
  memset(image, 0, sizeof *image);
  crnn_codec_source source = { NULL, 0, bytes, count, 0, { 0 } };
  return decode(&source, options, image);
}
