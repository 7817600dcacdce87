/* Floating point: matrix multiplication in single precision. matf [ROUNDS] */
#define NUMBER float
#include "multiply.h"
