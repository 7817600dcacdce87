/* Recursion along a list that ends too soon. */
#include <stdio.h>

struct node {
  int value;
  struct node *next;
};

static int total;

static int __attribute__((noinline)) add(struct node *node, int depth) {
  int value = node->value;
  total += value;
  return depth == 0 ? value : value + add(node->next, depth - 1);
}

int main(void) {
  struct node last = {2, 0}, first = {1, &last};
  puts("starts");
  printf("sum %d\n", add(&first, 1));
  printf("sum %d\n", add(&first, 2));
  return 0;
}
