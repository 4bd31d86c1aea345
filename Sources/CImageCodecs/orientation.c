#include "codecs.h"

#include <string.h>

/* A TIFF header and its first directory, in the byte order that the header states (EXIF 2.32, 4.5 and 4.6). */
typedef struct tiff {
  const uint8_t *bytes;
  size_t count;
  int is_big;
} tiff;

static uint32_t number(const tiff *file, size_t position, size_t width) {
  uint32_t value = 0;
  for (size_t i = 0; i < width; i++) {
    value = value << 8 | file->bytes[position + (file->is_big ? i : width - 1 - i)];
  }
  return value;
}

int crnn_codec_orientation(const uint8_t *bytes, size_t count) {
  enum { ORIENTATION = 0x0112, SHORT = 3, HEADER = 8, ENTRY = 12 };
  tiff file = { bytes, count, 0 };
  if (count < HEADER + 2) return 1;
  file.is_big = bytes[0] == 'M';
  if (memcmp(bytes, file.is_big ? "MM\0*" : "II*\0", 4) != 0) return 1;
  size_t directory = number(&file, 4, 4);
  if (directory > count - 2) return 1;
  size_t entries = number(&file, directory, 2);
  for (size_t entry = directory + 2; entries > 0 && count - entry >= ENTRY; entry += ENTRY, entries--) {
    if (number(&file, entry, 2) != ORIENTATION) continue;
    uint32_t value = number(&file, entry + 8, 2);
    return number(&file, entry + 2, 2) == SHORT && value >= 1 && value <= 8 ? (int)value : 1;
  }
  return 1;
}

crnn_codec_result crnn_codec_orient(crnn_codec_image *image, int orientation) {
  if (orientation <= 1) return CRNN_CODEC_OK;
  /* 1 to 4: rows stay rows. 5 to 8: they become columns. */
  int is_turned = orientation >= 5;
  int mirrors_x = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
  int mirrors_y = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
  size_t width = (size_t)image->width, height = (size_t)image->height, channels = (size_t)image->channels;
  uint8_t *upright = malloc(width * height * channels);
  if (upright == NULL) return crnn_codec_fail(image, CRNN_CODEC_NO_MEMORY, "no memory to turn it upright");
  for (size_t row = 0; row < height; row++) {
    for (size_t column = 0; column < width; column++) {
      /* The stored pixel at (column, row) stands there, in an image of which row and column may have changed places. */
      size_t x = mirrors_x ? width - 1 - column : column, y = mirrors_y ? height - 1 - row : row;
      size_t place = is_turned ? x * height + y : y * width + x;
      memcpy(upright + place * channels, image->pixels + (row * width + column) * channels, channels);
    }
  }
  free(image->pixels);
  image->pixels = upright;
  if (is_turned) {
    image->width = (int32_t)height;
    image->height = (int32_t)width;
    int32_t full_width = image->full_width;
    image->full_width = image->full_height;
    image->full_height = full_width;
  }
  return CRNN_CODEC_OK;
}
