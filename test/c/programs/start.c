/* Constructors run once, and what is at the end runs at the end, although the host calls into the program meanwhile. */
#include <qtsm_lib.h>
#include <stdio.h>
#include <stdlib.h>

static int constructed;

__attribute__((constructor)) static void construct(void) {
  constructed++;
}

static void end(void) {
  puts("the end");
}

int main(void) {
  struct describe_qtsm description;
  puts("the first line");
  atexit(end);
  printf("buffered, ");
  int module = qtsm_lib_init();
  for (int count = 0; count < 5; count++) qtsm_get_describe(module, &description);
  printf("constructed %d\n", constructed);
  return getenv("STATUS") == NULL ? 0 : atoi(getenv("STATUS"));
}
