/* The length of the stack in linear memory, which the linker is given too. */
#ifndef WEBCLAVE_STACK_H
#define WEBCLAVE_STACK_H
#define STACK_LENGTH 4194304
#endif
