/* crnn_image: from a PNG or JPEG file to what a crnn model takes, as the recipe in the model file says.
 *
 * A whole program. It classifies one picture (bindings/c/classify.c does it for many, with every error handled):
 *
 *     #include <crnn_image.h>
 *     #include <stdio.h>
 *
 *     int main(int count, char **arguments) {
 *       static unsigned char pixels[28 * 28];
 *       float probability[10];
 *       crnn_error error = CRNN_ERROR_INITIALIZER;
 *       crnn_model *model;
 *       crnn_image_recipe recipe = CRNN_IMAGE_RECIPE_INITIALIZER;
 *       crnn_image image = CRNN_IMAGE_INITIALIZER;
 *       crnn_array in, out = crnn_array_2d(probability, CRNN_F32, 1, 10);
 *
 *       if (count != 2) return 2;
 *       if (crnn_model_open("digits.crnn", NULL, &model, &error)
 *           || crnn_image_recipe_parse(crnn_model_text(model, "preprocess"), &recipe, &error)
 *           || crnn_image_decode_file(arguments[1], NULL, &image, &error)
 *           || crnn_image_prepare(&recipe, &image, NULL, pixels, sizeof pixels, &in, NULL, &error)
 *           || crnn_run(model, &in, 1, &out, 1, &error)) { puts(error.message); return 1; }
 *       for (int digit = 0; digit < 10; digit++) printf("%d %.3f\n", digit, probability[digit]);
 *       crnn_image_free(&image);
 *       crnn_model_destroy(model);
 *     }
 *
 *     cc classify.c -lcrnn_image -lcrnn
 *
 * THE RECIPE is one line of words with commas between them, in any order, each at most once:
 *
 *     grey | rgb                  the colours that the network takes; one of the two must stand there
 *     background=COLOUR           what lies behind transparent pixels: white (the default), black, or RRGGBB in hexadecimal
 *     resize=WIDTHxHEIGHT:FILTER  to exactly this size, in pixels; without it the image keeps its own
 *     invert                      dark on light becomes light on dark: every value v becomes 255 - v
 *     scale=NUMBER                what one grey level is worth to the network, as 1/255 or 0.00392; 1/255 where it is absent
 *     layout=LAYOUT               how pixels become frames: columns (the default), rows, whole
 *
 * for example `grey,invert,resize=28x28:pillow:bilinear,scale=1/255,layout=columns`. It is always carried out in this order:
 * background, colours, resize, invert, layout. The scale changes no byte: it is compared with the port's.
 *
 * FILTERS carry the name of the library whose result they give, within one grey level, because those libraries differ from
 * each other, widely when an image shrinks:
 *
 *     pillow:bilinear  Pillow's Image.resize(..., BILINEAR): when shrinking, a triangle over all the pixels that a new one covers
 *     opencv:bilinear  OpenCV's resize(..., INTER_LINEAR): between the four nearest pixels, however far the image shrinks
 *
 * LAYOUTS. columns: time is the image column, a frame is that column's pixels from top to bottom (x their channels).
 * rows: time is the image row, a frame is its pixels from left to right. whole: one frame, height x width x channels.
 *
 * IMAGES. PNG of every colour type and depth, interlaced too, 16 bits reduced to 8, palettes resolved; JPEG grey, YCbCr and RGB,
 * baseline and progressive. Refused with a sentence: CMYK JPEG, damaged and cut files, anything else. Colour profiles and gamma
 * are not applied, nor is the orientation that EXIF states: such a picture comes as it is stored.
 *
 * ERRORS and THREADS are as in crnn.h, which lists the statuses: 6xx are those of images. On error, outputs are untouched. There
 * is no global state: any function may be called from any number of threads at once, on different outputs.
 */
#ifndef CRNN_IMAGE_H
#define CRNN_IMAGE_H

#include "crnn.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Decoding ----------------------------------------------------------------------------------------------------------- */

/* Pixels, 8 bits a channel, rows from top to bottom. Filled by crnn_image_decode_*, or by hand over pixels of your own. */
typedef struct crnn_image {
  size_t struct_size;    /* sizeof(crnn_image), by CRNN_IMAGE_INITIALIZER */
  int32_t width, height; /* pixels */
  int32_t channels;      /* 1 grey, 2 grey and alpha, 3 RGB, 4 RGB and alpha (255: opaque; colours not multiplied by it) */
  int32_t reserved;      /* 0 */
  int64_t row_bytes;     /* from one row to the next; 0: width * channels */
  uint8_t *pixels;
} crnn_image;

#define CRNN_IMAGE_INITIALIZER { sizeof(crnn_image), 0, 0, 0, 0, 0, NULL }

/* NULL means the defaults everywhere. */
typedef struct crnn_image_options {
  size_t struct_size;     /* sizeof(crnn_image_options), by CRNN_IMAGE_OPTIONS_INITIALIZER */
  int64_t maximum_pixels; /* width * height above this is refused before any memory is taken; 0: CRNN_IMAGE_MAXIMUM_PIXELS */
} crnn_image_options;

#define CRNN_IMAGE_MAXIMUM_PIXELS 100000000
#define CRNN_IMAGE_OPTIONS_INITIALIZER { sizeof(crnn_image_options), 0 }

/* Decodes the PNG or JPEG file at `path` (told apart by its content, not its name). The pixels lie on the heap, at most
 * 4 bytes each: end them with crnn_image_free. What `image` held before is overwritten, not freed.
 * Errors: CRNN_ERROR_OPEN, CRNN_ERROR_MEMORY, 60x. Since 0.1. */
CRNN_API crnn_status crnn_image_decode_file(const char *path, const crnn_image_options *options, crnn_image *image,
                                            crnn_error *error) CRNN_CHECK_RESULT;

/* The same for a file's content that lies in memory. Since 0.1. */
CRNN_API crnn_status crnn_image_decode_memory(const void *bytes, size_t byte_count, const crnn_image_options *options,
                                              crnn_image *image, crnn_error *error) CRNN_CHECK_RESULT;

/* Frees the pixels of a decoded image and forgets them. NULL, and an image without pixels, are ignored. Never call it on an
 * image over pixels of your own. Since 0.1. */
CRNN_API void crnn_image_free(crnn_image *image);

/* ---- Preparing ---------------------------------------------------------------------------------------------------------- */

typedef int32_t crnn_image_filter;
#define CRNN_IMAGE_PILLOW_BILINEAR ((crnn_image_filter)1)
#define CRNN_IMAGE_OPENCV_BILINEAR ((crnn_image_filter)2)

typedef int32_t crnn_image_layout;
#define CRNN_IMAGE_COLUMNS ((crnn_image_layout)1)
#define CRNN_IMAGE_ROWS ((crnn_image_layout)2)
#define CRNN_IMAGE_WHOLE ((crnn_image_layout)3)

/* A recipe, understood. */
typedef struct crnn_image_recipe {
  size_t struct_size;       /* sizeof(crnn_image_recipe), by CRNN_IMAGE_RECIPE_INITIALIZER */
  int32_t channels;         /* 1: grey (ITU-R BT.601 weights, as Pillow and OpenCV have them), 3: RGB */
  uint32_t background;      /* 0xRRGGBB */
  int32_t width, height;    /* pixels, 1 to 65,535; both 0: the image's own */
  crnn_image_filter filter; /* 0 where width and height are 0 */
  int32_t invert;           /* 0 or 1 */
  float scale;              /* a byte b stands for b * scale */
  crnn_image_layout layout;
} crnn_image_recipe;

#define CRNN_IMAGE_RECIPE_INITIALIZER { sizeof(crnn_image_recipe), 0, 0, 0, 0, 0, 0, 0, 0 }

/* Reads a recipe from text, such as crnn_model_text(model, "preprocess"). NULL, an empty text and a word that is not known are
 * CRNN_ERROR_RECIPE, and the message names the word. Since 0.1. */
CRNN_API crnn_status crnn_image_recipe_parse(const char *text, crnn_image_recipe *recipe, crnn_error *error) CRNN_CHECK_RESULT;

/* Makes the network's input from an image: bytes in `buffer`, described by `frames`, which can go to crnn_run or a stream
 * as it is. Its type is CRNN_U8; its shape is
 *     columns: width x height           or, RGB, width x height x 3
 *     rows:    height x width           or, RGB, height x width x 3
 *     whole:   1 x height x width x channels
 * or, where `port` is given (crnn_model_port), the port's own frame shape, when that has as many values; otherwise
 * CRNN_ERROR_SHAPE. With a port, a number of frames that it cannot take is CRNN_ERROR_SHAPE too, and a recipe whose scale is not
 * the port's integer_scale is CRNN_ERROR_RECIPE.
 * `*needed`, where not NULL, receives the bytes of the result, width * height * channels. With less `capacity` the status is
 * CRNN_ERROR_CAPACITY and nothing but `*needed` is written; so `buffer` NULL with capacity 0 asks for the size.
 * Takes memory from the heap for the call, for about the image once more. Since 0.1. */
CRNN_API crnn_status crnn_image_prepare(const crnn_image_recipe *recipe, const crnn_image *image, const crnn_port_info *port,
                                        void *buffer, size_t capacity, crnn_array *frames, size_t *needed,
                                        crnn_error *error) CRNN_CHECK_RESULT;

#ifdef __cplusplus
}
#endif
#endif
