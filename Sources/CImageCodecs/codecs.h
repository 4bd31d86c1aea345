/* What the files of this target share. */
#ifndef CRNN_CODECS_INTERNAL_H
#define CRNN_CODECS_INTERNAL_H

#include "crnn_image_codecs.h"

#include <stdarg.h>
#include <stdio.h>

/* Where a codec's bytes come from: a block of memory, or a file that is read as the codec asks for more. The first bytes of a file have
 * been read to tell its format, and are given once more: a pipe cannot be wound back. */
typedef struct crnn_codec_source {
  FILE *file;  /* NULL: memory */
  int failure; /* errno of the file's last failure */
  const uint8_t *bytes;
  size_t count, position; /* of `bytes`, or of `start` */
  uint8_t start[8];
} crnn_codec_source;

/* Copies up to `wanted` bytes to `target`; fewer only at the end, or where the system refuses. */
size_t crnn_codec_read(crnn_codec_source *source, void *target, size_t wanted);

/* What it means that there were fewer: writes image->detail and returns the result. */
crnn_codec_result crnn_codec_end_early(const crnn_codec_source *source, crnn_codec_image *image);

/* Writes image->detail, cut where it does not fit, and returns `result`. */
crnn_codec_result crnn_codec_fail(crnn_codec_image *image, crnn_codec_result result, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Sets the image's size after checking it against the limits, and takes memory for the pixels. `more` bytes will be needed beside them. */
crnn_codec_result crnn_codec_allocate_pixels(crnn_codec_image *image, int64_t width, int64_t height, int32_t channels, uint64_t more,
                                             const crnn_codec_options *options);

crnn_codec_result crnn_codec_decode_png(crnn_codec_source *source, const crnn_codec_options *options, crnn_codec_image *image);
crnn_codec_result crnn_codec_decode_jpeg(crnn_codec_source *source, const crnn_codec_options *options, crnn_codec_image *image);

/* The orientation, 1 to 8, that an EXIF block states; 1 where it states none. `bytes` starts behind "Exif\0\0". */
int crnn_codec_orientation(const uint8_t *bytes, size_t count);

/* Turns and mirrors the pixels so that an image stored with this orientation stands upright. Needs them once more. */
crnn_codec_result crnn_codec_orient(crnn_codec_image *image, int orientation);

#endif
