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
 *     resize=WIDTHxHEIGHT:FILTER  to exactly this size, in pixels; without it the image keeps its own. A * in place of one number:
 *                                 as the aspect has it, so that `resize=*x32:…` gives lines of text of one height and any width
 *     pad=WHERE[:COLOUR]          keeps the aspect, inside WIDTHxHEIGHT, and fills the rest with white or another colour. WHERE the
 *                                 image lies: start (left, top), centre, end
 *     invert                      dark on light becomes light on dark: every value v becomes 255 - v
 *     scale=NUMBER                what one grey level is worth to the network, as 1/255 or 0.00392; 1/255 where it is absent
 *     mean=NUMBER[:NUMBER:NUMBER] subtracted from the scaled value of each channel, and
 *     deviation=NUMBER[:…]        what that is then divided by: (v * scale - mean) / deviation; absent: 0 and 1. One number stands
 *                                 for all channels
 *     layout=LAYOUT               how pixels become frames: columns (the default), rows, whole
 *     orientation=stored          a JPEG is taken as it is stored; without it, it is turned and mirrored as its EXIF data say
 *     jpeg=reduced                a JPEG may be decoded at a half, a quarter or an eighth of its size, as long as it stays at least as large
 *                                 as what it is resized to: faster, and other pixels than those of the whole image
 *
 * for example `grey,invert,resize=28x28:pillow:bilinear,scale=1/255,layout=columns`. It is always carried out in this order:
 * orientation, background, colours, resize, pad, invert, scale, mean and deviation, layout. Without mean and deviation the result is
 * bytes, which the scale does not change: it is compared with the port's. With them it is float. A side that follows from the
 * aspect is rounded to the nearest pixel, halves up, and is at least 1.
 *
 * FILTERS carry the name of the library whose result they give, within one grey level, because those libraries differ from
 * each other, widely when an image shrinks. Pillow's widen with what a new pixel covers; OpenCV's, but for area, do not:
 *
 *     pillow:nearest   Image.resize(..., NEAREST)       opencv:nearest   resize(..., INTER_NEAREST)
 *     pillow:box       BOX                              opencv:bilinear  INTER_LINEAR
 *     pillow:bilinear  BILINEAR                         opencv:area      INTER_AREA
 *     pillow:hamming   HAMMING                          opencv:bicubic   INTER_CUBIC
 *     pillow:bicubic   BICUBIC                          opencv:lanczos   INTER_LANCZOS4
 *     pillow:lanczos   LANCZOS
 *
 * Pillow's are those of its version 13, which goes along columns first where the height shrinks by more than twice as many pixels as the
 * width; before, rows always came first, which bicubic and lanczos show.
 *
 * LAYOUTS. columns: time is the image column, a frame is that column's pixels from top to bottom (x their channels).
 * rows: time is the image row, a frame is its pixels from left to right. whole: one frame, height x width x channels.
 *
 * IMAGES. PNG of every colour type and depth, interlaced too, 16 bits reduced to 8, palettes resolved; JPEG grey, YCbCr, RGB, CMYK
 * and YCCK (those two as RGB: what the inks, inverted or not as the file says, leave of white), baseline and progressive. Refused with a
 * sentence: damaged and cut files, more pixels or bytes than the limits, anything else. Colour profiles and gamma are not applied.
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

/* ---- Recipes ------------------------------------------------------------------------------------------------------------ */

typedef int32_t crnn_image_filter;
#define CRNN_IMAGE_PILLOW_BILINEAR ((crnn_image_filter)1)
#define CRNN_IMAGE_OPENCV_BILINEAR ((crnn_image_filter)2)
#define CRNN_IMAGE_PILLOW_NEAREST ((crnn_image_filter)3)
#define CRNN_IMAGE_PILLOW_BOX ((crnn_image_filter)4)
#define CRNN_IMAGE_PILLOW_HAMMING ((crnn_image_filter)5)
#define CRNN_IMAGE_PILLOW_BICUBIC ((crnn_image_filter)6)
#define CRNN_IMAGE_PILLOW_LANCZOS ((crnn_image_filter)7)
#define CRNN_IMAGE_OPENCV_NEAREST ((crnn_image_filter)8)
#define CRNN_IMAGE_OPENCV_AREA ((crnn_image_filter)9)
#define CRNN_IMAGE_OPENCV_BICUBIC ((crnn_image_filter)10)
#define CRNN_IMAGE_OPENCV_LANCZOS ((crnn_image_filter)11)

typedef int32_t crnn_image_layout;
#define CRNN_IMAGE_COLUMNS ((crnn_image_layout)1)
#define CRNN_IMAGE_ROWS ((crnn_image_layout)2)
#define CRNN_IMAGE_WHOLE ((crnn_image_layout)3)

/* Where the image lies in the size that it is fitted into. */
typedef int32_t crnn_image_fit;
#define CRNN_IMAGE_STRETCH ((crnn_image_fit)0)    /* it fills it */
#define CRNN_IMAGE_PAD_START ((crnn_image_fit)1)  /* at the left and top, with its aspect kept */
#define CRNN_IMAGE_PAD_CENTRE ((crnn_image_fit)2) /* in the middle; where the room is odd, one pixel nearer to the left and top */
#define CRNN_IMAGE_PAD_END ((crnn_image_fit)3)    /* at the right and bottom */

/* A recipe, understood. */
typedef struct crnn_image_recipe {
  size_t struct_size;       /* sizeof(crnn_image_recipe), by CRNN_IMAGE_RECIPE_INITIALIZER */
  int32_t channels;         /* 1: grey (ITU-R BT.601 weights, as Pillow and OpenCV have them), 3: RGB */
  uint32_t background;      /* 0xRRGGBB */
  int32_t width, height;    /* pixels, 1 to 65,535; one of them 0: as the aspect has it; both 0: the image's own */
  crnn_image_filter filter; /* 0 where width and height are 0 */
  int32_t invert;           /* 0 or 1 */
  float scale;              /* a byte b stands for b * scale */
  crnn_image_layout layout;
  crnn_image_fit fit;       /* a padding needs width and height */
  uint32_t padding;         /* 0xRRGGBB, what is put around the image */
  int32_t stored;           /* 1: decoded as stored, whatever EXIF says; 0: turned upright */
  int32_t reduced;          /* 1: a JPEG may be decoded at a half, a quarter or an eighth of its size; 0: never */
  int32_t normalised;       /* 1: channel c is (b * scale - mean[c]) / deviation[c], in float; 0: bytes, and both are not used */
  float mean[3];            /* R, G, B; of grey the first */
  float deviation[3];       /* above 0 */
} crnn_image_recipe;

#define CRNN_IMAGE_RECIPE_INITIALIZER \
  { sizeof(crnn_image_recipe), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, { 0, 0, 0 }, { 0, 0, 0 } }

/* Reads a recipe from text, such as crnn_model_text(model, "preprocess"). NULL, an empty text and a word that is not known are
 * CRNN_ERROR_RECIPE, and the message names the word. Since 0.1. */
CRNN_API crnn_status crnn_image_recipe_parse(const char *text, crnn_image_recipe *recipe, crnn_error *error) CRNN_CHECK_RESULT;

/* ---- Decoding ----------------------------------------------------------------------------------------------------------- */

/* Pixels, 8 bits a channel, rows from top to bottom. Filled by crnn_image_decode_*, or by hand over pixels of your own. */
typedef struct crnn_image {
  size_t struct_size;    /* sizeof(crnn_image), by CRNN_IMAGE_INITIALIZER */
  int32_t width, height; /* pixels */
  int32_t channels;      /* 1 grey, 2 grey and alpha, 3 RGB, 4 RGB and alpha (255: opaque; colours not multiplied by it) */
  int32_t reserved;      /* 0 */
  int64_t row_bytes;     /* from one row to the next; 0: width * channels */
  uint8_t *pixels;
  int32_t full_width, full_height; /* set by decoding: upright, in its whole size, where `jpeg=reduced` made it smaller; else width and
                            height, which 0 stands for too */
} crnn_image;

#define CRNN_IMAGE_INITIALIZER { sizeof(crnn_image), 0, 0, 0, 0, 0, NULL, 0, 0 }

/* NULL means the defaults everywhere. */
typedef struct crnn_image_options {
  size_t struct_size;     /* sizeof(crnn_image_options), by CRNN_IMAGE_OPTIONS_INITIALIZER */
  int64_t maximum_pixels; /* width * height above this is refused before any memory is taken; 0: CRNN_IMAGE_MAXIMUM_PIXELS */
  int64_t maximum_bytes;  /* of memory for the pixels and what the decoder keeps (of a progressive JPEG: all its coefficients);
                             what needs more is refused; 0: CRNN_IMAGE_MAXIMUM_BYTES */
  const crnn_image_recipe *recipe; /* what the image is decoded for, where it says `orientation=stored` or `jpeg=reduced`; NULL:
                             turned as EXIF says, in its whole size */
} crnn_image_options;

#define CRNN_IMAGE_MAXIMUM_PIXELS 100000000
#define CRNN_IMAGE_MAXIMUM_BYTES 1000000000
#define CRNN_IMAGE_OPTIONS_INITIALIZER { sizeof(crnn_image_options), 0, 0, NULL }

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

/* The size that a recipe gives an image, and where in it the image lies. A pixel column c of the result shows the columns
 * (c - x) * W / inner_width to (c + 1 - x) * W / inner_width of an image of width W, and so for rows. */
typedef struct crnn_image_placement {
  size_t struct_size;                /* set by the caller: sizeof(crnn_image_placement) */
  int32_t width, height;             /* of the result, pixels */
  int32_t x, y;                      /* the image's left upper corner in it: what lies outside is padding */
  int32_t inner_width, inner_height; /* of the image in it */
} crnn_image_placement;

/* What crnn_image_prepare makes of an image of `width` x `height` pixels. Since 0.1. */
CRNN_API crnn_status crnn_image_measure(const crnn_image_recipe *recipe, int32_t width, int32_t height,
                                        crnn_image_placement *placement, crnn_error *error) CRNN_CHECK_RESULT;

/* Makes the network's input from an image: values in `buffer`, described by `frames`, which can go to crnn_run or a stream
 * as it is. Its type is CRNN_U8, or CRNN_F32 where the recipe is `normalised` (mean, deviation); its shape is
 *     columns: width x height           or, RGB, width x height x 3
 *     rows:    height x width           or, RGB, height x width x 3
 *     whole:   1 x height x width x channels
 * or, where `port` is given (crnn_model_port), the port's own frame shape, when that has as many values; otherwise
 * CRNN_ERROR_SHAPE. With a port, a number of frames that it cannot take is CRNN_ERROR_SHAPE too, and a recipe of bytes whose scale is
 * not the port's integer_scale is CRNN_ERROR_RECIPE. A side that would become longer than 65,535 pixels is CRNN_ERROR_IMAGE_TOO_LARGE.
 * `*needed`, where not NULL, receives the bytes of the result: width * height * channels values (crnn_image_measure) of 1 or 4 bytes. With
 * less `capacity` the status is CRNN_ERROR_CAPACITY and nothing but `*needed` is written; so `buffer` NULL with capacity 0 asks for the
 * size. Floats go to a `buffer` that is aligned to 4. Takes memory from the heap for the call: 4 MB, or for 16 x 16 pixels of the result
 * where those are made of more, and 1 MB for weights, or those of one pixel where a side is made that much shorter (Pillow's filters: up to
 * 24 bytes for each pixel along a side that it is made of); where the system has none (CRNN_ERROR_MEMORY), a part of `buffer` may have
 * been written. Since 0.1. */
CRNN_API crnn_status crnn_image_prepare(const crnn_image_recipe *recipe, const crnn_image *image, const crnn_port_info *port,
                                        void *buffer, size_t capacity, crnn_array *frames, size_t *needed,
                                        crnn_error *error) CRNN_CHECK_RESULT;

/* The frames `first` to `first + count - 1` of what crnn_image_prepare makes, to the bit, and nothing of the others: an image goes into a
 * stream's input port a few columns at a time, and beside the image there is never more in memory than what these frames are made of.
 *
 *     unsigned char columns[16 * 32];
 *     for (int64_t first = 0; first < placement.width; first += 16) {           // crnn_image_measure tells the width
 *       int64_t count = placement.width - first < 16 ? placement.width - first : 16;
 *       if (crnn_image_prepare_frames(&recipe, &image, &port, first, count, columns, sizeof columns, &in, NULL, &error)
 *           || crnn_stream_process(model, stream, &in, first + count == placement.width, &out, &ready, &error)) break;
 *     }
 *
 * Neighbouring pieces are made of some of the same pixels, which are then looked at twice: pieces of 16 frames and more take hardly longer
 * than the whole. `port->fixed_frames` is compared with the frames of the whole image. CRNN_ERROR_ARGUMENT where `first` or `count` is
 * negative, `count` 0, or there are not so many frames. Everything else is as in crnn_image_prepare. Since 0.1. */
CRNN_API crnn_status crnn_image_prepare_frames(const crnn_image_recipe *recipe, const crnn_image *image,
                                               const crnn_port_info *port, int64_t first, int64_t count, void *buffer,
                                               size_t capacity, crnn_array *frames, size_t *needed,
                                               crnn_error *error) CRNN_CHECK_RESULT;

/* ---- From images to answers --------------------------------------------------------------------------------------------- */

/* One class and what the network gives for it: its probability, where the network ends in a softmax or a sigmoid. */
typedef struct crnn_class {
  int32_t index; /* from 0; its name is that line of crnn_model_text(model, "labels") */
  float confidence;
} crnn_class;

typedef struct crnn_classify_options {
  size_t struct_size;             /* sizeof(crnn_classify_options), by CRNN_CLASSIFY_OPTIONS_INITIALIZER */
  const crnn_executor *executor;  /* threads that decode and run the images of a batch (crnn.h); NULL: the calling one */
  const crnn_image_recipe *recipe;/* NULL: the one that stands in the model file ("preprocess") */
  int64_t maximum_pixels;         /* as in crnn_image_options */
  int64_t maximum_bytes;          /* as in crnn_image_options */
  int32_t together;               /* images that a thread runs side by side, 1 to 64; 0: 4. The answers are the same to the bit */
  int32_t output;                 /* the output port that is looked at */
} crnn_classify_options;

#define CRNN_CLASSIFY_OPTIONS_INITIALIZER { sizeof(crnn_classify_options), NULL, NULL, 0, 0, 0, 0 }

/* One image of a batch, and what became of it. */
typedef struct crnn_classify_item {
  size_t struct_size;       /* sizeof(crnn_classify_item), by CRNN_CLASSIFY_ITEM_INITIALIZER */
  const char *path;         /* a file; or NULL, and */
  const void *bytes;        /* a file's content of `byte_count` bytes; or NULL, and */
  size_t byte_count;
  const crnn_image *image;  /* pixels */
  crnn_class *classes;      /* receives the best classes, best first; NULL: none are wanted */
  int32_t class_count;      /* how many there is room for. On return, how many were written: no more than the network has */
  crnn_status status;       /* set by the call */
  crnn_error *error;        /* NULL, or receives the sentence where `status` is not CRNN_OK */
  void *context;            /* the caller's own */
} crnn_classify_item;

#define CRNN_CLASSIFY_ITEM_INITIALIZER { sizeof(crnn_classify_item), NULL, NULL, 0, NULL, NULL, 0, 0, NULL, NULL }

/* Classifies one image: the file at `path`, a file's content, or pixels. `classes` has room for `*count` classes, 1 or more, and receives
 * the best, best first (of equal ones that with the lower index); `*count` then says how many, at most as many as the network has. Where
 * the network gives several frames, the last one counts. A network of a single value tells class 1, at that value, from class 0.
 *
 *     crnn_class best[3];
 *     int32_t count = 3;
 *     if (crnn_classify_file(model, NULL, "seven.png", best, &count, &error)) puts(error.message);
 *     else printf("%d %.3f\n", best[0].index, best[0].confidence);
 *
 * The model must have one input, which takes what the recipe makes. Uses the heap for the call: for the image, for preparing it, and a
 * stream. Errors: those of crnn_image_recipe_parse, _decode and _prepare, of crnn_run, and CRNN_ERROR_PORT for a
 * model with several inputs. Threads: any. Since 0.1. */
CRNN_API crnn_status crnn_classify_file(const crnn_model *model, const crnn_classify_options *options, const char *path,
                                        crnn_class *classes, int32_t *count, crnn_error *error) CRNN_CHECK_RESULT;
CRNN_API crnn_status crnn_classify_bytes(const crnn_model *model, const crnn_classify_options *options, const void *bytes,
                                         size_t byte_count, crnn_class *classes, int32_t *count,
                                         crnn_error *error) CRNN_CHECK_RESULT;
CRNN_API crnn_status crnn_classify_image(const crnn_model *model, const crnn_classify_options *options, const crnn_image *image,
                                         crnn_class *classes, int32_t *count, crnn_error *error) CRNN_CHECK_RESULT;

/* What the network gives for an item: `frames` frames of `values` numbers each, in float, at the output port that the options name.
 * `output` is the callee's to read until it returns. Called once for each item that could be run, on the thread that ran it, several
 * threads at a time where there are several; it must return, and not by longjmp or an exception. */
typedef void (*crnn_classify_result)(void *context, crnn_classify_item *item, const float *output, int64_t frames, int64_t values);

/* Classifies many images, each as crnn_classify_file does: the same answer, whatever stands beside it, in whatever order and on however
 * many threads. Every item gets a status of its own, and one that cannot be read stops none of the others; the call then returns the
 * status of the first such item, with its number before the sentence: "item 3: ...". Where the call itself is refused (its options, a
 * model without a recipe), nothing is run and every item has that status; no item is touched where there is no model, or one of them is not
 * initialised.
 * `result`, where not NULL, is given the network's whole output. `context` is passed on to it.
 * Each thread holds one decoded image at a time, streams for `together` of them, and as many prepared ones, or up to four times
 * as many where they take less than a mebibyte.
 *
 *     crnn_classify_item items[100];                     // each from CRNN_CLASSIFY_ITEM_INITIALIZER
 *     crnn_class best[100];
 *     for (int i = 0; i < 100; i++) { items[i].path = paths[i]; items[i].classes = &best[i]; items[i].class_count = 1; }
 *     crnn_classify_options options = CRNN_CLASSIFY_OPTIONS_INITIALIZER;
 *     options.executor = &executor;                      // of two threads, say
 *     if (crnn_classify_batch(model, &options, items, 100, NULL, NULL, &error)) puts(error.message);
 *
 * Threads: any. Since 0.1. */
CRNN_API crnn_status crnn_classify_batch(const crnn_model *model, const crnn_classify_options *options, crnn_classify_item *items,
                                         int32_t item_count, crnn_classify_result result, void *context, crnn_error *error);

/* ---- From images of text lines to text ------------------------------------------------------------------------------------ */

typedef struct crnn_read_options {
  size_t struct_size;             /* sizeof(crnn_read_options), by CRNN_READ_OPTIONS_INITIALIZER */
  const crnn_ctc_options *decoding; /* how frames become text (crnn.h): beam, lexicon, n-gram model, output port; NULL: greedy. With
                                     maximum_symbols 0, a text may have as many symbols as its line has frames, 65,536 at most */
  const crnn_executor *executor;  /* as in crnn_classify_options, and so on */
  const crnn_image_recipe *recipe;
  int64_t maximum_pixels;
  int64_t maximum_bytes;
  int32_t together;
  int32_t best;                   /* texts for each line at most, best first, 1 to 1,024; 0: 1. Greedy there is one, with a beam `width` */
} crnn_read_options;

#define CRNN_READ_OPTIONS_INITIALIZER { sizeof(crnn_read_options), NULL, NULL, NULL, 0, 0, 0, 0 }

/* A part of a picture, in its pixels: from `left` and `top` to before `right` and `bottom`. */
typedef struct crnn_image_box {
  int32_t left, top, right, bottom;
} crnn_image_box;

/* A text that a line may say. */
typedef struct crnn_read_text {
  crnn_ctc_result result;      /* text, symbols and confidences (crnn.h). A symbol's input frames are those of the prepared image */
  const crnn_image_box *boxes; /* result.symbol_count of them: the pixels of the picture that each symbol's input frames show. Where frames
                                  are columns the box is as high as the picture, where they are rows as wide, else it is all of it */
} crnn_read_text;

/* What was read of one picture: one block of the heap, ended by crnn_reading_free. */
typedef struct crnn_reading {
  size_t struct_size;          /* sizeof(crnn_reading), by CRNN_READING_INITIALIZER */
  const crnn_read_text *texts; /* best first */
  int32_t count;               /* of texts: at least 1 */
  int32_t width, height;       /* of the picture that boxes lie in: as it is stored or turned upright, as the recipe says, in its whole size */
  int32_t reserved;            /* 0 */
  int64_t frames;              /* of the prepared image */
} crnn_reading;

#define CRNN_READING_INITIALIZER { sizeof(crnn_reading), NULL, 0, 0, 0, 0, 0 }

/* One picture of a batch, and what became of it. */
typedef struct crnn_read_item {
  size_t struct_size;       /* sizeof(crnn_read_item), by CRNN_READ_ITEM_INITIALIZER */
  const char *path;         /* a file; or NULL, and */
  const void *bytes;        /* a file's content of `byte_count` bytes; or NULL, and */
  size_t byte_count;
  const crnn_image *image;  /* pixels */
  crnn_reading *reading;    /* receives what was read, where `status` is CRNN_OK. What it held before is overwritten, not freed */
  crnn_status status;       /* set by the call */
  int32_t reserved;         /* 0 */
  crnn_error *error;        /* NULL, or receives the sentence where `status` is not CRNN_OK */
  void *context;            /* the caller's own */
} crnn_read_item;

#define CRNN_READ_ITEM_INITIALIZER { sizeof(crnn_read_item), NULL, NULL, 0, NULL, NULL, 0, 0, NULL, NULL }

/* Reads one line of text: the picture at `path`, a file's content, or pixels, by a model that has an alphabet (crnn_ctc).
 *
 *     crnn_reading line = CRNN_READING_INITIALIZER;
 *     if (crnn_read_file(model, NULL, "line.png", &line, &error)) puts(error.message);
 *     else {
 *       const crnn_read_text *best = &line.texts[0];
 *       printf("%s %.3f\n", best->result.text, best->result.confidence);
 *       for (int i = 0; i < best->result.symbol_count; i++)        // which columns of the picture say which symbol
 *         printf("%d: %d to %d\n", i, best->boxes[i].left, best->boxes[i].right);
 *     }
 *     crnn_reading_free(&line);
 *
 * What `line` held before is overwritten, not freed. Uses the heap for the call as crnn_classify_file does, for a decoder, and for the
 * reading. Errors: those of crnn_classify_file and crnn_ctc_create. Threads: any. Since 0.1. */
CRNN_API crnn_status crnn_read_file(const crnn_model *model, const crnn_read_options *options, const char *path,
                                    crnn_reading *reading, crnn_error *error) CRNN_CHECK_RESULT;
CRNN_API crnn_status crnn_read_bytes(const crnn_model *model, const crnn_read_options *options, const void *bytes,
                                     size_t byte_count, crnn_reading *reading, crnn_error *error) CRNN_CHECK_RESULT;
CRNN_API crnn_status crnn_read_image(const crnn_model *model, const crnn_read_options *options, const crnn_image *image,
                                     crnn_reading *reading, crnn_error *error) CRNN_CHECK_RESULT;

/* Frees what was read and forgets it. NULL, and a reading without texts, are ignored. Threads: any. Since 0.1. */
CRNN_API void crnn_reading_free(crnn_reading *reading);

/* Reads many lines, each as crnn_read_file does, as crnn_classify_batch classifies: every item has a status of its own (one without a
 * `reading` is not initialised), and the rows do not depend on order, threads or `together`. Every thread makes one decoder, which checks
 * all of a lexicon and an n-gram model: with large ones, give many items at a time. Without items, the call tells whether model and options can read images at all. Threads: any. Since 0.1. */
CRNN_API crnn_status crnn_read_batch(const crnn_model *model, const crnn_read_options *options, crnn_read_item *items,
                                     int32_t item_count, crnn_error *error);

/* ---- Explaining an answer ----------------------------------------------------------------------------------------------- */

typedef struct crnn_explain_options {
  size_t struct_size;             /* sizeof(crnn_explain_options), by CRNN_EXPLAIN_OPTIONS_INITIALIZER */
  const crnn_executor *executor;  /* threads that run the network (crnn.h); NULL: the calling one. The result is the same to the bit */
  const crnn_image_recipe *recipe;/* NULL: the one that stands in the model file ("preprocess") */
  int64_t maximum_pixels;         /* as in crnn_image_options */
  int64_t maximum_bytes;          /* as in crnn_image_options */
  int32_t output;                 /* the output port that is looked at */
  int32_t answer;                 /* the class that the map is of; -1: the best. Of text recognisers -1 */
  const char *text;               /* the text that the map is of, UTF-8; NULL: the one that is read. Of classifiers NULL */
  const crnn_ctc_options *decoding;/* how text is read; NULL: greedily. Its `output` is the one above; `maximum_symbols` 0 as in
                                     crnn_read_options */
  int32_t cell;                   /* side of a cell of the map, 1 to 4,096 pixels of the prepared image; 0: the least that is a sixteenth of its
                                     shorter side or more and needs no more than CRNN_EXPLAIN_USUAL_RUNS */
  int32_t patch;                  /* side of what is hidden at a time, 1 to 64 cells; 0: 2 */
  void (*progress)(void *context, int64_t done, int64_t total); /* NULL, or called on the calling thread after some of the runs */
  void *context;                  /* given to `progress` as it is */
} crnn_explain_options;

#define CRNN_EXPLAIN_OPTIONS_INITIALIZER { sizeof(crnn_explain_options), NULL, NULL, 0, 0, 0, -1, NULL, NULL, 0, 0, NULL, NULL }
#define CRNN_EXPLAIN_USUAL_RUNS 2048
#define CRNN_EXPLAIN_MAXIMUM_RUNS 1000000

/* A character that was read, and where in the picture. */
typedef struct crnn_explained_symbol {
  crnn_ctc_symbol symbol;          /* crnn.h: its character, confidence and frames */
  crnn_image_box box;              /* as in crnn_read_text */
} crnn_explained_symbol;

/* What was answered, and what it hangs on. Filled by crnn_explain_*; ended by crnn_explanation_free. */
typedef struct crnn_explanation {
  size_t struct_size;              /* sizeof(crnn_explanation), by CRNN_EXPLANATION_INITIALIZER */
  int32_t width, height;           /* of the picture, pixels: as in crnn_reading */
  crnn_image_placement placement;  /* of what was decoded of it in the prepared one */
  int32_t answer;                  /* the class that the map is of; -1: a text */
  float confidence;                /* of the answer, with nothing hidden. A class: what crnn_classify_* tells. A text: its probability over
                                      all ways to say it, which is no less than that of the best way */
  char *text;                      /* what was read, UTF-8, NUL-terminated; NULL where the model is no text recogniser */
  crnn_explained_symbol *symbols;  /* its characters */
  int32_t symbol_count;
  int32_t cell, patch;             /* as they were chosen: pixels of the prepared image, and cells */
  int32_t columns, rows;           /* of the map */
  float *falls;                    /* rows x columns: by how much the confidence falls where that cell is hidden; below 0: it rises */
  float cell_width, cell_height;   /* of a cell in the picture, pixels. The last column and row may be cut by its edge */
  int64_t runs;                    /* patches of the map; those that hide nothing are not run */
} crnn_explanation;

#define CRNN_EXPLANATION_INITIALIZER \
  { sizeof(crnn_explanation), 0, 0, { sizeof(crnn_image_placement), 0, 0, 0, 0, 0, 0 }, 0, 0, NULL, NULL, 0, 0, 0, 0, 0, NULL, 0, 0, 0 }

/* Tells what a network's answer to an image hangs on, by occlusion (M. D. Zeiler and R. Fergus, Visualizing and understanding
 * convolutional networks, 2014): the network runs again and again while a square patch hides another part of the image each time, and
 * what counts is by how much the answer's confidence falls. A hidden pixel has the median of each channel, which on a page is the
 * paper. Patches lie at every cell, over the image's edges too; the value of a cell is the mean over all patches that cover it.
 *
 * A model with an alphabet is a text recogniser: its text is read, each character has its place in the image, and the confidence is the
 * probability of the text, summed over all ways to say it (A. Graves and others, Connectionist temporal classification, 2006). Any other
 * model is a classifier, as crnn_classify_* has it. With `answer` or `text` the map is of that answer, whatever the network's own is.
 *
 *     crnn_explanation why = CRNN_EXPLANATION_INITIALIZER;
 *     if (crnn_explain_file(model, NULL, "seven.png", &why, &error)) puts(error.message);
 *     else for (int row = 0; row < why.rows; row++) {
 *       for (int column = 0; column < why.columns; column++) printf("%6.3f ", why.falls[row * why.columns + column]);
 *       puts("");
 *     }
 *     crnn_explanation_free(&why);
 *
 * The image is a file, a file's content, or pixels. Takes memory from the heap, most of it for the call: 64 prepared images and their
 * outputs for each thread. On error, `explanation` is untouched; what it held before is overwritten, not freed. Errors: those of
 * crnn_classify_file and of crnn_ctc_create; CRNN_ERROR_ARGUMENT for an answer that the network does not have, a text with characters that the
 * alphabet lacks, and a map that needs more than CRNN_EXPLAIN_MAXIMUM_RUNS. Threads: any. Since 0.1. */
CRNN_API crnn_status crnn_explain_file(const crnn_model *model, const crnn_explain_options *options, const char *path,
                                       crnn_explanation *explanation, crnn_error *error) CRNN_CHECK_RESULT;
CRNN_API crnn_status crnn_explain_bytes(const crnn_model *model, const crnn_explain_options *options, const void *bytes,
                                        size_t byte_count, crnn_explanation *explanation, crnn_error *error) CRNN_CHECK_RESULT;
CRNN_API crnn_status crnn_explain_image(const crnn_model *model, const crnn_explain_options *options, const crnn_image *image,
                                        crnn_explanation *explanation, crnn_error *error) CRNN_CHECK_RESULT;

/* Frees what an explanation holds and forgets it. NULL is ignored. Threads: any. Since 0.1. */
CRNN_API void crnn_explanation_free(crnn_explanation *explanation);

#ifdef __cplusplus
}
#endif
#endif
