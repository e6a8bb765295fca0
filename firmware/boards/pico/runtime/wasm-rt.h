// What the C that wasm2c makes of a module needs to run without an operating system: the types that its inline functions
// mention, a trap, and copies that know their alignment. There is no heap, no table and no second thread.
#ifndef WASM_RT_H_
#define WASM_RT_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LIKELY(x) __builtin_expect(!!(x), 1)
#define UNLIKELY(x) __builtin_expect(!!(x), 0)

#define WASM_RT_MEMCHECK_BOUNDS_CHECK 1
#define WASM_RT_MEMCHECK_GUARD_PAGES 0
#define WASM_RT_STACK_DEPTH_COUNT 0
#define WASM_RT_USE_SEGUE 0
#define WASM_RT_SANITY_CHECKS 0
#define WASM_RT_NO_RETURN __attribute__((noreturn))

typedef enum {
  WASM_RT_TRAP_NONE,
  WASM_RT_TRAP_OOB,
  WASM_RT_TRAP_INT_OVERFLOW,
  WASM_RT_TRAP_DIV_BY_ZERO,
  WASM_RT_TRAP_INVALID_CONVERSION,
  WASM_RT_TRAP_UNREACHABLE,
  WASM_RT_TRAP_CALL_INDIRECT,
  WASM_RT_TRAP_EXHAUSTION,
} wasm_rt_trap_t;

typedef enum {
  WASM_RT_I32,
  WASM_RT_I64,
  WASM_RT_F32,
  WASM_RT_F64,
  WASM_RT_V128,
  WASM_RT_FUNCREF,
  WASM_RT_EXTERNREF,
} wasm_rt_type_t;

typedef void (*wasm_rt_function_ptr_t)(void);
typedef const char *wasm_rt_func_type_t;
typedef struct {
  wasm_rt_function_ptr_t fn;
} wasm_rt_tailcallee_t;
typedef struct {
  wasm_rt_func_type_t func_type;
  wasm_rt_function_ptr_t func;
  wasm_rt_tailcallee_t func_tailcallee;
  void *module_instance;
} wasm_rt_funcref_t;
#define wasm_rt_funcref_null_value ((wasm_rt_funcref_t){0})
typedef void *wasm_rt_externref_t;
#define wasm_rt_externref_null_value ((wasm_rt_externref_t){0})
typedef struct {
  wasm_rt_funcref_t *data;
  uint32_t max_size;
  uint32_t size;
} wasm_rt_funcref_table_t;
typedef struct {
  wasm_rt_externref_t *data;
  uint32_t max_size;
  uint32_t size;
} wasm_rt_externref_table_t;
typedef struct {
  uint8_t *data;
  uint64_t pages, max_pages;
  uint64_t size;
  bool is64;
  uint32_t page_size;
} wasm_rt_memory_t;

void wasm_rt_trap(wasm_rt_trap_t) WASM_RT_NO_RETURN;
static inline bool wasm_rt_is_initialized(void) { return true; }
// Each module's memory is a static array: the build puts it into the generated code.
static inline void wasm_rt_allocate_memory(wasm_rt_memory_t *memory, uint64_t initial, uint64_t most, bool is64,
                                           uint32_t page) {
  (void)memory, (void)initial, (void)most, (void)is64, (void)page;
}
static inline void wasm_rt_free_memory(wasm_rt_memory_t *memory) { (void)memory; }

// The modules align every load and store; without saying so ARMv6-M would copy byte by byte.
#define WASM_RT_COPY(to, from, n) \
  __builtin_memcpy(__builtin_assume_aligned(to, n), __builtin_assume_aligned(from, n), n)
#define wasm_rt_memcpy(to, from, n)                  \
  ((n) == 4   ? (void)WASM_RT_COPY(to, from, 4)      \
   : (n) == 2 ? (void)WASM_RT_COPY(to, from, 2)      \
   : (n) == 8 ? (void)WASM_RT_COPY(to, from, 8)      \
              : (void)__builtin_memcpy(to, from, n))

#endif
