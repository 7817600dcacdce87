#include <stdio.h>

int main(int argc, char **argv) {
  printf("hello, %d argument%s\n", argc, argc == 1 ? "" : "s");
  return 7;
}
