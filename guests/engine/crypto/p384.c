/*
 * P-384 by BearSSL, with a faster product of the generator: signatures consist of it. BearSSL takes two bits at a time;
 * here a comb takes four, 96 apart, from a table of the sums of the four multiples (Lim and Lee, CRYPTO 1994), which halves
 * the additions and takes a quarter of the doublings. Its functions are private to its file, which is therefore
 * included. Each step is the same for every key: a doubling, an addition, and copies under a mask.
 */
#include "p384.h"

#include "ec/ec_prime_i31.c"

#define LENGTH 48
#define TEETH 4
#define SPACING (8 * LENGTH / TEETH)
#define SUMS (1 << TEETH)

/* By the teeth that are set. The sums are public, and are not cleared. */
static jacobian sums[SUMS];
static int is_ready;

static void prepare(const curve_params *curve) {
  size_t length;
  const unsigned char *generator = api_generator(BR_EC_secp384r1, &length);
  jacobian multiple;
  point_decode(&multiple, generator, length, curve);
  for (int tooth = 1; tooth < SUMS; tooth *= 2) {
    sums[tooth] = multiple;
    for (int others = 1; others < tooth; others++) {
      sums[tooth + others] = multiple;
      point_add(&sums[tooth + others], &sums[others], curve);
    }
    for (int i = 0; i < SPACING; i++) point_double(&multiple, curve);
  }
  is_ready = 1;
}

static uint32_t bit_of(const unsigned char *number, int at) {
  return (number[LENGTH - 1 - at / 8] >> (at % 8)) & 1;
}

/*
 * No addition is one of a point and itself or its opposite, which the formulas do not cover: before it the number of
 * every tooth is even or the sum is still nothing, and after it the sum is less than the order.
 */
static size_t multiply_generator(unsigned char *to, const unsigned char *number, size_t length, int curve_id) {
  const curve_params *curve = id_to_curve(curve_id);
  jacobian sum, next, added;
  uint32_t is_nothing = 1;
  (void)length;
  if (!is_ready) prepare(curve);
  point_zero(&sum, curve);
  for (int at = SPACING - 1; at >= 0; at--) {
    uint32_t teeth = 0;
    for (int tooth = 0; tooth < TEETH; tooth++) teeth |= bit_of(number, at + tooth * SPACING) << tooth;
    added = sums[1];
    for (uint32_t i = 2; i < SUMS; i++) CCOPY(EQ(i, teeth), &added, &sums[i], sizeof added);
    point_double(&sum, curve);
    next = sum;
    point_add(&next, &added, curve);
    uint32_t adds = NEQ(teeth, 0);
    CCOPY(adds & is_nothing, &sum, &added, sizeof sum);
    CCOPY(adds & ~is_nothing, &sum, &next, sizeof sum);
    is_nothing &= ~adds;
  }
  point_encode(to, &sum, curve);
  return 2 * LENGTH + 1;
}

const br_ec_impl p384 = {
    .supported_curves = (uint32_t)1 << BR_EC_secp384r1,
    .generator = &api_generator,
    .order = &api_order,
    .xoff = &api_xoff,
    .mul = &api_mul,
    .mulgen = &multiply_generator,
    .muladd = &api_muladd,
};
