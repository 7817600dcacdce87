/* Floating point: matrix multiplication in double precision. matd [ROUNDS] */
#define NUMBER double
#include "multiply.h"
