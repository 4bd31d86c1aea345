/* The converter's public header as a module. crnn_public.h comes first, so that the types of crnn.h are those of module CCRNN. */
#include "crnn_public.h"
#include "../../../include/crnn_convert.h"
