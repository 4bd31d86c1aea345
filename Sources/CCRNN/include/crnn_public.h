/* The public header as a module, unstable part included: the runtime implements all of it. */
#define CRNN_UNSTABLE
#include "../../../include/crnn.h"
