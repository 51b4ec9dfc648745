/*
 * The curves of TLS with the arithmetic that the rest of the module has: BearSSL's, ours for P-384, and libsodium's X25519, in
 * constant time. The linker lets these functions stand for mbedTLS's (`--wrap`), whose multiplication has only random blinding.
 */
#include <mbedtls/ecdsa.h>
#include <mbedtls/ecp.h>
#include <string.h>

#include "../module.h"
#include "../p384.h"
#include "x25519_ref10.h"

#define MAX_LENGTH 48
#define MAX_POINT (2 * MAX_LENGTH + 1)

static const br_ec_impl *arithmetic(mbedtls_ecp_group_id id) {
  return id == MBEDTLS_ECP_DP_SECP256R1 ? &br_ec_p256_m31 : &p384;
}

static int curve_of(mbedtls_ecp_group_id id) {
  return id == MBEDTLS_ECP_DP_SECP256R1 ? BR_EC_secp256r1 : BR_EC_secp384r1;
}

static size_t length_of(mbedtls_ecp_group_id id) {
  return id == MBEDTLS_ECP_DP_SECP256R1 ? 32 : MAX_LENGTH;
}

static int multiply_x25519(mbedtls_ecp_group *group, mbedtls_ecp_point *result, const mbedtls_mpi *number, const mbedtls_ecp_point *point) {
  unsigned char key[32], at[32], product[32], any = 0;
  int failure = mbedtls_mpi_write_binary_le(number, key, sizeof key);
  if (!failure) failure = mbedtls_mpi_write_binary_le(&point->MBEDTLS_PRIVATE(X), at, sizeof at);
  if (!failure && crypto_scalarmult_curve25519_ref10_implementation.mult(product, key, at) != 0) failure = MBEDTLS_ERR_ECP_INVALID_KEY;
  if (!failure) {
    for (size_t i = 0; i < sizeof product; i++) any |= product[i];
    failure = any ? mbedtls_ecp_point_read_binary(group, result, product, sizeof product) : MBEDTLS_ERR_ECP_INVALID_KEY;
  }
  sodium_memzero(key, sizeof key);
  sodium_memzero(product, sizeof product);
  return failure;
}

static int multiply(mbedtls_ecp_group *group, mbedtls_ecp_point *result, const mbedtls_mpi *number, const mbedtls_ecp_point *point) {
  mbedtls_ecp_group_id id = group->id;
  if (id == MBEDTLS_ECP_DP_CURVE25519) return multiply_x25519(group, result, number, point);
  unsigned char key[MAX_LENGTH], product[MAX_POINT];
  size_t length = length_of(id), written;
  int failure = mbedtls_mpi_write_binary(number, key, length);
  if (!failure) failure = mbedtls_ecp_point_write_binary(group, point, MBEDTLS_ECP_PF_UNCOMPRESSED, &written, product, sizeof product);
  // It also checks that the point is on the curve.
  if (!failure && !arithmetic(id)->mul(product, 2 * length + 1, key, length, curve_of(id))) failure = MBEDTLS_ERR_ECP_INVALID_KEY;
  if (!failure) failure = mbedtls_ecp_point_read_binary(group, result, product, 2 * length + 1);
  sodium_memzero(key, sizeof key);
  sodium_memzero(product, sizeof product);
  return failure;
}

/* A private key is from 1 to the order less 1, and the product with a valid point is one. */
static int checked(mbedtls_ecp_group *group, mbedtls_ecp_point *result, const mbedtls_mpi *number, const mbedtls_ecp_point *point) {
  int failure = mbedtls_ecp_check_privkey(group, number);
  if (!failure) failure = mbedtls_ecp_check_pubkey(group, point);
  return failure ? failure : multiply(group, result, number, point);
}

int __wrap_mbedtls_ecp_mul(mbedtls_ecp_group *group, mbedtls_ecp_point *result, const mbedtls_mpi *number,
                           const mbedtls_ecp_point *point, mbedtls_f_rng_t *random, void *with) {
  (void)random, (void)with;
  return checked(group, result, number, point);
}

int __wrap_mbedtls_ecp_mul_restartable(mbedtls_ecp_group *group, mbedtls_ecp_point *result, const mbedtls_mpi *number,
                                       const mbedtls_ecp_point *point, mbedtls_f_rng_t *random, void *with,
                                       mbedtls_ecp_restart_ctx *state) {
  (void)random, (void)with, (void)state;
  return checked(group, result, number, point);
}

int mbedtls_ecdsa_verify(mbedtls_ecp_group *group, const unsigned char *hash, size_t hash_length, const mbedtls_ecp_point *key,
                         const mbedtls_mpi *r, const mbedtls_mpi *s) {
  mbedtls_ecp_group_id id = group->id;
  if (id != MBEDTLS_ECP_DP_SECP256R1 && id != MBEDTLS_ECP_DP_SECP384R1) return MBEDTLS_ERR_ECP_BAD_INPUT_DATA;
  unsigned char point[MAX_POINT], signature[2 * MAX_LENGTH];
  size_t length = length_of(id), written;
  int failure = mbedtls_ecp_point_write_binary(group, key, MBEDTLS_ECP_PF_UNCOMPRESSED, &written, point, sizeof point);
  // Numbers that are negative or too long do not fit.
  if (!failure && (mbedtls_mpi_cmp_int(r, 1) < 0 || mbedtls_mpi_cmp_int(s, 1) < 0)) failure = MBEDTLS_ERR_ECP_VERIFY_FAILED;
  if (!failure) failure = mbedtls_mpi_write_binary(r, signature, length);
  if (!failure) failure = mbedtls_mpi_write_binary(s, signature + length, length);
  if (failure) return MBEDTLS_ERR_ECP_VERIFY_FAILED;
  br_ec_public_key public_key = {.curve = curve_of(id), .q = point, .qlen = written};
  return br_ecdsa_i31_vrfy_raw(arithmetic(id), hash, hash_length, &public_key, signature, 2 * length) ? 0 : MBEDTLS_ERR_ECP_VERIFY_FAILED;
}
