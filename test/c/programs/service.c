/* A service with a function of each kind. */
#include <stdlib.h>
#include <string.h>
#include <webclave/service.h>

static void echo(struct webclave_value request, struct webclave_answer *answer, void *context) {
  const uint8_t *bytes;
  size_t length;
  (void)context;
  if (!webclave_bytes(request, &bytes, &length)) webclave_fail(answer, "E_ARGUMENT", "it is not a byte string");
  else webclave_put_bytes(answer, bytes, length);
}

static void count(struct webclave_value request, struct webclave_answer *answer, void *context) {
  uint64_t *calls = context, step;
  struct webclave_value member;
  if (webclave_member(request, "step", &member) && webclave_number(member, &step)) *calls += step;
  webclave_put_object(answer, 2);
  webclave_put_text(answer, "calls");
  webclave_put_number(answer, *calls);
  webclave_put_text(answer, "list");
  webclave_put_array(answer, 2);
  webclave_put_number(answer, 1);
  webclave_put_text(answer, "zwei");
}

static void nothing(struct webclave_value request, struct webclave_answer *answer, void *context) {
  (void)request, (void)answer, (void)context;
}

/* As many bytes as the request says. */
static void large(struct webclave_value request, struct webclave_answer *answer, void *context) {
  uint64_t length = 0;
  (void)context;
  webclave_number(request, &length);
  void *bytes = calloc(1, length);
  webclave_put_bytes(answer, bytes, length);
  free(bytes);
}

int main(void) {
  static const struct webclave_function FUNCTIONS[] = {
      {"echo", echo}, {"count", count}, {"nothing", nothing}, {"large", large}};
  uint64_t calls = 0;
  return webclave_serve(5000, FUNCTIONS, sizeof FUNCTIONS / sizeof *FUNCTIONS, &calls);
}
